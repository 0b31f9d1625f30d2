using System.Globalization;

namespace BehaviorDashboard.Evaluation;

/// <summary>The words after a task's name: paths in order, and options as <c>--name value</c>.</summary>
internal sealed record Arguments(IReadOnlyList<string> Paths, IReadOnlyDictionary<string, string> Options)
{
    public static Arguments Parse(string[] words)
    {
        var (paths, options) = (new List<string>(), new Dictionary<string, string>());
        for (var i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal)) paths.Add(words[i]);
            else if (i + 1 < words.Length) options[words[i][2..]] = words[++i];
            else throw new EvaluationException($"{words[i]} has no value.");
        }
        return new Arguments(paths, options);
    }

    /// <summary>The path at a place; it must exist.</summary>
    public string Path(int place, string what)
    {
        if (place >= Paths.Count) throw new EvaluationException($"Name {what}.");
        return File.Exists(Paths[place]) || Directory.Exists(Paths[place]) ? Paths[place] : throw new EvaluationException($"There is no {Paths[place]} ({what}).");
    }

    public string? Text(string option) => Options.GetValueOrDefault(option);

    public int? Number(string option) => Text(option) is not { } text ? null
        : int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw new EvaluationException($"--{option} {text} is not a whole number.");

    /// <summary>Refuses options the task does not know: a mistyped one would be taken for its default.</summary>
    public Arguments Allow(params string[] known) =>
        Options.Keys.FirstOrDefault(o => !known.Contains(o)) is { } unknown ? throw new EvaluationException($"There is no option --{unknown}.") : this;
}
