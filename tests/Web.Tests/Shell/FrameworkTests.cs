using System.Net;
using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

/// <summary>What every answer of the product has in common.</summary>
public partial class FrameworkTests(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Only_our_own_scripts_run()
    {
        using var page = await product.PageAsync("/nowhere");
        var policy = Policy(page);
        Assert.Empty(Weaknesses(policy));
        var nonce = policy["script-src"].Single(s => s.StartsWith("'nonce-", StringComparison.Ordinal))["'nonce-".Length..^1];
        var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
        Assert.Empty(InlineScript().Matches(html).Where(m => !m.Value.Contains($"nonce=\"{nonce}\"", StringComparison.Ordinal)).Select(m => m.Value));
        using var next = await product.PageAsync("/nowhere");
        Assert.NotEqual(policy["script-src"], Policy(next)["script-src"]);
    }

    [Theory]
    [InlineData("default-src *; script-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'")]
    [InlineData("default-src 'self'; script-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'")]
    [InlineData("default-src 'self'; script-src 'self' 'unsafe-eval'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'")]
    [InlineData("default-src 'self'; script-src 'self' https://cdn.example.com; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'")]
    [InlineData("default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'")]
    public void A_weak_policy_is_caught(string policy) => Assert.NotEmpty(Weaknesses(Parse(policy)));

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/healthz")]
    [InlineData("/css/site.css")]
    public async Task Every_answer_carries_the_headers(string address)
    {
        using var answer = await product.PageAsync(address);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("camera=()", Assert.Single(answer.Headers.GetValues("Permissions-Policy")), StringComparison.Ordinal);
        Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
    }

    [Theory]
    [InlineData("/v1/segments/1/members?after=%00")]
    [InlineData("/customers?q=a%00b")]
    public async Task An_address_no_store_can_look_for_is_refused(string address)
    {
        using var answer = await product.PageAsync(address);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_product_says_that_it_is_alive_and_ready()
    {
        Assert.Equal("alive", await product.Browser.GetStringAsync("/healthz"));
        Assert.Equal("ready", await product.Browser.GetStringAsync("/readyz"));
        using var head = await product.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/healthz"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task A_page_that_is_not_there_says_so_with_the_right_status()
    {
        using var page = await product.PageAsync("/nowhere");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("Page not found", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans")]
    [InlineData("zh-SG", "zh-Hans")]
    [InlineData("en-GB,en;q=0.9", "en")]
    [InlineData("de-DE,fr;q=0.7", "en")]
    [InlineData("de, zh-TW;q=0.8, en;q=0.5", "zh-Hans")]
    public async Task A_first_visit_reads_in_the_browsers_language(string wanted, string language)
    {
        using var page = await product.PageAsync("/nowhere", wanted);
        Assert.Contains($"<html lang=\"{language}\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chosen_language_stays_and_comes_back_to_the_page()
    {
        using var choice = await product.PageAsync("/culture/zh-Hans?returnUrl=%2Fnowhere%3Frange%3D7d");
        Assert.Equal("/nowhere?range=7d", choice.Headers.Location?.OriginalString);
        using var page = await product.PageAsync("/nowhere", "en", choice.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Contains("页面不存在", WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/ok%0D%0ASet-Cookie: x=1")]
    public async Task A_language_switch_never_leaves_the_product(string target)
    {
        using var choice = await product.Browser.GetAsync("/culture/en?returnUrl=" + (target.Contains('%', StringComparison.Ordinal) ? target : Uri.EscapeDataString(target)));
        Assert.Equal("/", choice.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_language_we_do_not_have_is_not_found() =>
        Assert.Equal(HttpStatusCode.NotFound, (await product.Browser.GetAsync("/culture/xx-Nonsense")).StatusCode);

    [Fact]
    public async Task The_chosen_theme_is_there_before_the_first_paint()
    {
        using var page = await product.PageAsync("/nowhere", cookie: "bd_theme=dark; bd_nav=mini");
        Assert.Contains("data-theme=\"dark\" data-nav=\"mini\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_loaded_from_another_origin()
    {
        var files = Sources("wwwroot-assets", "*.css").Concat(Sources("wwwroot-assets", "*.js")).Concat(Sources("src", "*.razor"))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}lib{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(f => Foreign(File.ReadAllText(f)).Select(l => $"{f}: {l}")));
    }

    [Theory]
    [InlineData("@import url(https://fonts.googleapis.com/css2?family=Inter);")]
    [InlineData("<script src=\"//cdn.example.com/x.js\"></script>")]
    [InlineData("<img src='https://example.com/x.png'>")]
    [InlineData("import { x } from 'https://esm.sh/x';")]
    public void A_foreign_load_is_caught(string text) => Assert.NotEmpty(Foreign(text));

    private static IEnumerable<string> Sources(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains("node_modules", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static IEnumerable<string> Foreign(string text) => ForeignLoad().Matches(text).Select(m => m.Value);

    private static Dictionary<string, string[]> Policy(HttpResponseMessage answer) => Parse(answer.Headers.GetValues("Content-Security-Policy").Single());

    private static Dictionary<string, string[]> Parse(string policy) => policy.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(d => d.Split(' ')).ToDictionary(d => d[0], d => d[1..]);

    private static IEnumerable<string> Weaknesses(Dictionary<string, string[]> policy)
    {
        foreach (var (name, only) in new[] { ("default-src", "'self'"), ("object-src", "'none'"), ("base-uri", "'self'"), ("form-action", "'self'"), ("frame-ancestors", "'none'") })
            if (!policy.TryGetValue(name, out var sources) || sources is not [var source] || source != only) yield return $"{name} must be {only}";
        foreach (var source in policy.GetValueOrDefault("script-src", ["*"]))
            if (source != "'self'" && !source.StartsWith("'nonce-", StringComparison.Ordinal)) yield return $"script-src allows {source}";
        foreach (var (name, sources) in policy)
            if (sources.Any(s => s.Contains('*', StringComparison.Ordinal) || s.Contains("//", StringComparison.Ordinal) || s is "http:" or "https:")) yield return $"{name} allows other origins";
    }

    [GeneratedRegex("""<script(?![^>]*\ssrc=)[^>]*>""")]
    private static partial Regex InlineScript();

    [GeneratedRegex("""(url\(\s*["']?|@import\s+["']|\bfrom\s+["']|\bimport\(\s*["']|<(script|img|link|iframe|source|video|audio)\b[^>]*\b(src|href)=["'])(https?:)?//[^"')\s]+""", RegexOptions.IgnoreCase)]
    private static partial Regex ForeignLoad();
}
