using System.Text.Json.Serialization;

namespace BehaviorDashboard.Ingest;

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IngestReply))]
[JsonSerializable(typeof(BrazeReply))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class IngestJson : JsonSerializerContext;

/// <summary>The answer to a batch some of whose events were not taken.</summary>
/// <param name="Accepted">Events stored now or earlier under the same message id.</param>
internal sealed record IngestReply(bool Success, int Accepted, int Rejected, IReadOnlyList<ItemError> Errors);

/// <summary>Why one event of a batch was not taken.</summary>
internal sealed record ItemError(int Index, string Code, string Field, string Reason);
