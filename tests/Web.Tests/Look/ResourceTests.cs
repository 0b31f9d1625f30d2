using System.Text.RegularExpressions;
using System.Xml.Linq;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

/// <summary>Both languages are complete, in every slice.</summary>
public partial class ResourceTests
{
    [Fact]
    public void Every_text_exists_in_both_languages()
    {
        var english = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.resx", SearchOption.AllDirectories)
            .Where(f => !f.Contains(".zh-Hans.", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(english);
        Assert.Empty(english.SelectMany(f => Compare(Path.GetFileName(f), XDocument.Load(f), File.Exists(Chinese(f)) ? XDocument.Load(Chinese(f)) : null)));
    }

    [Theory]
    [InlineData("""<root><data name="A"><value>a</value></data></root>""", """<root></root>""", "A is missing")]
    [InlineData("""<root></root>""", """<root><data name="A"><value>a</value></data></root>""", "A is too much")]
    [InlineData("""<root><data name="A"><value>a</value></data></root>""", """<root><data name="A"><value> </value></data></root>""", "A is empty")]
    [InlineData("""<root><data name="A"><value>{0} of {1}</value></data></root>""", """<root><data name="A"><value>{0}</value></data></root>""", "A has other places")]
    public void A_text_that_one_language_lacks_is_caught(string english, string chinese, string problem) =>
        Assert.Contains(problem, Assert.Single(Compare("Planted.resx", XDocument.Parse(english), XDocument.Parse(chinese))), StringComparison.Ordinal);

    [Fact]
    public void A_slice_without_Chinese_is_caught() => Assert.Single(Compare("Planted.resx", XDocument.Parse("<root/>"), null));

    private static string Chinese(string file) => file.Replace(".resx", ".zh-Hans.resx", StringComparison.Ordinal);

    private static IEnumerable<string> Compare(string file, XDocument english, XDocument? chinese)
    {
        if (chinese is null)
        {
            yield return $"{file}: there is no zh-Hans file.";
            yield break;
        }
        var (en, zh) = (Texts(english), Texts(chinese));
        foreach (var key in en.Keys.Except(zh.Keys)) yield return $"{file}: {key} is missing in zh-Hans.";
        foreach (var key in zh.Keys.Except(en.Keys)) yield return $"{file}: {key} is too much in zh-Hans.";
        foreach (var (key, text) in en.Concat(zh))
            if (string.IsNullOrWhiteSpace(text)) yield return $"{file}: {key} is empty.";
        foreach (var key in en.Keys.Intersect(zh.Keys))
            if (!string.IsNullOrWhiteSpace(zh[key]) && !Places(en[key]).SetEquals(Places(zh[key]))) yield return $"{file}: {key} has other places for values in zh-Hans.";
    }

    private static Dictionary<string, string> Texts(XDocument file) =>
        file.Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")?.Value ?? "", StringComparer.Ordinal);

    private static HashSet<string> Places(string text) => [.. Place().Matches(text).Select(m => m.Groups[1].Value)];

    [GeneratedRegex(@"\{(\d+)[^}]*\}")]
    private static partial Regex Place();
}
