using Microsoft.Playwright;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(BehaviorDashboard.EndToEnd.Browser))]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace BehaviorDashboard.EndToEnd;

/// <summary>One real Chromium for all journeys; each takes a fresh context.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string? Missing => Executable is null ? "Chromium is not installed: tests/run.sh installs it." : null;

    private static string? Executable =>
        Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named ? named : File.Exists("/usr/bin/chromium") ? "/usr/bin/chromium" : null;

    public async ValueTask InitializeAsync()
    {
        if (Executable is null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A page that fails the test on any console error or request to another origin; see <see cref="WatchedPage.AssertClean"/>.</summary>
    public async Task<WatchedPage> OpenAsync(Uri address, bool phone = false, bool dark = false, string language = "en")
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1440, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = language,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        return new WatchedPage(await context.NewPageAsync(), address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
