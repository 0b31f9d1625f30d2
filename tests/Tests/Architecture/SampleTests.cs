using System.Reflection;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace BehaviorDashboard.Tests.Architecture;

/// <summary><c>appsettings.sample.json</c> has every option there is, with its default and a comment, and none that is not.</summary>
public class SampleTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "appsettings.sample.json"));

    private static readonly JsonElement Sample = JsonDocument.Parse(Text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }).RootElement;

    /// <summary>Records with a section of their own.</summary>
    public static TheoryData<Type> Options => [.. House.Projects.Keys.SelectMany(p => Assembly.Load($"BehaviorDashboard.{p}").GetTypes()).Where(t => SectionOf(t) is not null)];

    [Theory, MemberData(nameof(Options))]
    public void Every_option_stands_in_the_sample_with_its_default(Type options)
    {
        var section = SectionOf(options)!;
        Assert.True(Sample.TryGetProperty(section, out var sample), $"The sample has no section {section}.");
        AssertNames(options, sample, section);
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Text));
        var bound = new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection(section).Get(options);
        Assert.Equal(Plain(Activator.CreateInstance(options)), Plain(bound));

        // Nothing said and an empty text mean the same.
        string Plain(object? value) => JsonSerializer.Serialize(value, options).Replace(":null", ":\"\"", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_of_the_sample_is_explained() => Assert.Empty(Unexplained(Text));

    [Fact]
    public void An_option_below_the_comment_of_another_is_caught() =>
        Assert.Equal(["\"SmtpHost\": \"\","], Unexplained("{\n  \"Campaigns\": {\n    // Sender of e-mail campaigns.\n    \"From\": \"\",\n    \"SmtpHost\": \"\",\n    // Its port.\n    \"SmtpPort\": 587\n  }\n}"));

    /// <returns>Options, and groups of options within a section, whose line has no comment of its own above it.</returns>
    private static List<string> Unexplained(string text)
    {
        var lines = text.Split('\n').Select(l => l.TrimEnd()).ToList();
        return [.. lines.Where((line, i) => line.TrimStart().StartsWith('"') && !(line.StartsWith("  \"", StringComparison.Ordinal) && line.EndsWith('{')) && !lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal)).Select(l => l.Trim())];
    }

    private static string? SectionOf(Type type) => type.Name.EndsWith("Options", StringComparison.Ordinal) ? type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string : null;

    private static void AssertNames(Type options, JsonElement sample, string path)
    {
        var properties = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).ToList();
        Assert.Equal(properties.Select(p => $"{path}:{p.Name}").Order(), sample.EnumerateObject().Select(p => $"{path}:{p.Name}").Order());
        foreach (var inner in properties.Where(p => p.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal))) AssertNames(inner.PropertyType, sample.GetProperty(inner.Name), $"{path}:{inner.Name}");
    }
}
