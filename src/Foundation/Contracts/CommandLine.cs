namespace BehaviorDashboard.Contracts;

/// <summary>The arguments of one command: flags, named values, and the rest.</summary>
public sealed class CommandLine
{
    private readonly Dictionary<string, string?> _named = new(StringComparer.Ordinal);
    private readonly List<string> _rest = [];

    private CommandLine() { }

    public IReadOnlyList<string> Rest => _rest;

    public bool Has(string flag) => _named.ContainsKey(flag);

    public string? Value(string name) => _named.GetValueOrDefault(name);

    /// <param name="arguments">What stands behind the command's name.</param>
    /// <param name="flags">Options without a value, such as <c>--json</c>.</param>
    /// <param name="values">Options with one, as <c>--from 2011-01-01</c> or <c>--from=2011-01-01</c>.</param>
    /// <param name="problem">What is wrong, in one line, when the result is null.</param>
    public static CommandLine? Parse(IReadOnlyList<string> arguments, IReadOnlyCollection<string> flags, IReadOnlyCollection<string> values, out string? problem)
    {
        var line = new CommandLine();
        problem = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (!word.StartsWith("--", StringComparison.Ordinal))
            {
                line._rest.Add(word);
                continue;
            }
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            if (flags.Contains(name) && equals < 0) line._named[name] = null;
            else if (values.Contains(name) && equals >= 0) line._named[name] = word[(equals + 1)..];
            else if (values.Contains(name) && i + 1 < arguments.Count) line._named[name] = arguments[++i];
            else
            {
                problem = values.Contains(name) ? $"{name} needs a value." : $"{word} is not an option of this command; known are {string.Join(", ", flags.Concat(values))}.";
                return null;
            }
        }
        return line;
    }
}
