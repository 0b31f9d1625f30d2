using System.Text.Json.Serialization;

namespace BehaviorDashboard.Imports;

[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(ImportRequest))]
[JsonSerializable(typeof(ColumnMapping))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
internal sealed partial class ImportJson : JsonSerializerContext;
