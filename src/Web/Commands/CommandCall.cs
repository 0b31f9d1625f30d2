using System.Text.Json.Serialization;

namespace BehaviorDashboard.Commands;

/// <summary>A command that another process asks the running server to run.</summary>
/// <param name="Directory">Where the caller stands: files are named relative to it.</param>
internal sealed record CommandCall(string Name, IReadOnlyList<string> Arguments, string Directory);

/// <summary>One line of the answer: something written, or the exit code that ends it.</summary>
internal sealed record CommandFrame(
    [property: JsonPropertyName("out")] string? Output = null,
    [property: JsonPropertyName("err")] string? Error = null,
    [property: JsonPropertyName("exit")] int? Exit = null);
