using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>A browser page that remembers what a person would not see but should worry about.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly List<string> _problems = [];

    public WatchedPage(IPage page, Uri address)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _problems.Add($"console: {message.Text}");
        };
        page.PageError += (_, error) => _problems.Add($"script: {error}");
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" or "ws" or "wss" } url && url.Authority != address.Authority) _problems.Add($"left the origin: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>No script error, nothing refused by the content security policy, nothing loaded from elsewhere.</summary>
    public void AssertClean() => Assert.Empty(_problems);

    /// <summary>axe finds nothing serious or critical.</summary>
    public async Task AssertAccessibleAsync()
    {
        // The title is taken away for a moment while a page becomes interactive.
        await Page.WaitForFunctionAsync("() => document.title !== '' && window.Blazor?._internal !== undefined");
        await Page.WaitForTimeoutAsync(200);
        await Page.WaitForFunctionAsync("() => document.title !== ''");
        // Mails are shown in frames that may run no scripts: axe would wait for an answer from there for ever.
        var result = await Page.RunAxe(new AxeRunOptions { Iframes = false });
        Assert.Empty(result.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{Page.Url}: {v.Id} {v.Help} at {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}"));
    }

    /// <summary>The page's file field, once it listens: what is chosen before that is lost.</summary>
    public async Task<ILocator> FileFieldAsync()
    {
        await Page.WaitForFunctionAsync("() => document.querySelector('input[type=file]:enabled')?._blazorInputFileNextFileId !== undefined");
        return Page.Locator("input[type=file]");
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
