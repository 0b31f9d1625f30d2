namespace BehaviorDashboard.Shell;

/// <summary>
/// The host's own command line: <c>[command arguments] [--data folder] [--demo] [--help]</c>. What it does not know
/// goes to the command, or to the configuration when the web server runs (<c>--urls</c>, <c>--Shop:Name=...</c>).
/// </summary>
/// <param name="Command">First word, or null for the web server.</param>
/// <param name="Rest">What is left for the command or the configuration.</param>
public sealed record HostLine(string? Command, IReadOnlyList<string> Rest, string? DataFolder, bool Demo, bool Help, string? Problem)
{
    public static HostLine Parse(IReadOnlyList<string> arguments)
    {
        string? data = null, problem = null;
        var rest = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (word.StartsWith("--data=", StringComparison.Ordinal)) data = word["--data=".Length..];
            else if (word != "--data") rest.Add(word);
            else if (i + 1 < arguments.Count) data = arguments[++i];
            else problem = "--data needs a folder.";
        }
        if (data is { Length: 0 }) problem = "--data needs a folder.";

        var command = rest.Count > 0 && !rest[0].StartsWith('-') ? rest[0] : null;
        if (command is not null) return new(command, rest[1..], data, false, false, problem);

        var demo = rest.Remove("--demo");
        var help = rest.Remove("--help") | rest.Remove("-h");
        return new(null, rest, data, demo, help, problem);
    }
}
