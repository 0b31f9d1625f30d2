using System.Text.Json.Serialization;

namespace BehaviorDashboard.Imports;

[JsonSerializable(typeof(ImportReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class ImportJson : JsonSerializerContext;
