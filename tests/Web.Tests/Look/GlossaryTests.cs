using System.Text;
using BehaviorDashboard.Look;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

public class GlossaryTests
{
    private static string Written => Path.Combine(Repository.Root, "docs", "glossary.md");

    [Fact]
    public void The_written_glossary_says_what_the_screens_say()
    {
        var expected = Write(Glossary.All);
        if (Environment.GetEnvironmentVariable("WRITE_GLOSSARY") == "1") File.WriteAllText(Written, expected);
        Assert.Equal(expected, File.ReadAllText(Written));
    }

    [Fact]
    public void Every_metric_has_words_in_both_languages_and_a_formula()
    {
        Assert.All(Glossary.All, m => Assert.All(
            [m.Key, m.English, m.Chinese, m.EnglishDefinition, m.ChineseDefinition, m.Formula], text => Assert.False(string.IsNullOrWhiteSpace(text))));
        Assert.All(Glossary.All, m => Assert.Contains(m.Chinese + m.ChineseDefinition, c => c is >= '\u4e00' and <= '\u9fff'));
    }

    private static string Write(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder("""
            # Glossary

            Every figure the product shows, with its formula in terms of the event contract. The same words appear on hover in the product.
            Change them in `src/Look/Glossary/Glossary.cs`; `WRITE_GLOSSARY=1` with the glossary test writes this file.

            | key | English | 中文 | definition | 定义 | formula |
            |---|---|---|---|---|---|

            """);
        foreach (var m in metrics)
            text.Append("| `").Append(m.Key).Append("` | ").AppendJoin(" | ", [m.English, m.Chinese, m.EnglishDefinition, m.ChineseDefinition, m.Formula]).Append(" |\n");
        return text.ToString();
    }
}
