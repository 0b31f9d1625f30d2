using System.Net;
using System.Text;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Other people's clients, unmodified: only the host they talk to is ours.</summary>
public class ClientTests(Browser browser)
{
    [Fact]
    public async Task Segments_server_client_reaches_the_store()
    {
        Node.SkipWithoutPackages();
        await using var product = await ProductProcess.StartAsync();
        var key = await Keys.CreateAsync(product.Folder, "write");
        Assert.Equal("""{"failures":[]}""", (await Node.RunAsync("segment-node.mjs", product.Address.ToString().TrimEnd('/'), key)).Trim());
        var kpis = await Keys.KpisAsync(product.Folder);
        Assert.Equal((5, 1, 42.5m), (kpis.GetProperty("events").GetInt64(), kpis.GetProperty("orders").GetInt64(), kpis.GetProperty("revenue").GetDecimal()));
    }

    [Fact]
    public async Task PostHogs_server_client_reaches_the_store()
    {
        Node.SkipWithoutPackages();
        await using var product = await ProductProcess.StartAsync();
        var key = await Keys.CreateAsync(product.Folder, "write");
        Assert.Equal("""{"failures":[]}""", (await Node.RunAsync("posthog-node.mjs", product.Address.ToString().TrimEnd('/'), key)).Trim());
        var kpis = await Keys.KpisAsync(product.Folder);
        // An identify, an alias, a view of a page, an order and a group; the device's visit is the person's.
        Assert.Equal((5, 1, 42.5m, 1), (kpis.GetProperty("events").GetInt64(), kpis.GetProperty("orders").GetInt64(), kpis.GetProperty("revenue").GetDecimal(), kpis.GetProperty("active_people").GetInt64()));
    }

    [Fact]
    public async Task Segments_browser_client_shows_on_an_open_live_page()
    {
        Node.SkipWithoutPackages();
        await using var product = await ProductProcess.StartAsync();
        var key = await Keys.CreateAsync(product.Folder, "write");
        await using var admin = await browser.OpenAsync(product.Address);
        await FirstAdmin.SetUpAsync(product, admin.Page);
        await admin.Page.GotoAsync("/live");
        await Microsoft.Playwright.Assertions.Expect(admin.Page.Locator("[data-live-revenue]")).ToHaveTextAsync("$0.00");

        using var shop = new ShopPage(product.Address, key);
        await using var visitor = await browser.OpenAsync(shop.Address);
        await visitor.Page.GotoAsync("/");
        await Microsoft.Playwright.Assertions.Expect(visitor.Page.Locator("#state")).ToHaveTextAsync("sent");
        await Microsoft.Playwright.Assertions.Expect(admin.Page.Locator("[data-live-revenue]")).ToHaveTextAsync("$17.25");
        await Microsoft.Playwright.Assertions.Expect(admin.Page.Locator("[data-recent]")).ToContainTextAsync("Order");
        admin.AssertClean();
    }

    [Theory, InlineData("json"), InlineData("messagepack")]
    public async Task Microsofts_client_follows_the_hub(string protocol)
    {
        Node.SkipWithoutPackages();
        await using var product = await ProductProcess.StartAsync();
        var write = await Keys.CreateAsync(product.Folder, "write");
        var read = await Keys.CreateAsync(product.Folder, "read");
        await Node.RunAsync("segment-node.mjs", product.Address.ToString().TrimEnd('/'), write);
        var hub = new Uri(product.Address, "hubs/live").ToString();
        Assert.Equal("""{"asked":true,"keys":["1h","24h","5m"],"orders":1}""", (await Node.RunAsync("signalr.mjs", hub, read, protocol)).Trim());
        foreach (var refused in new[] { write, "bdk_nobody" })
            Assert.Contains("refused", await Node.RunAsync("signalr.mjs", hub, refused, protocol), StringComparison.Ordinal);
    }

    /// <summary>A shop's page on an origin of its own, with Segment's bundle and nothing else.</summary>
    private sealed class ShopPage : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly string _html;
        private readonly string _bundle = File.ReadAllText(Path.Combine(Node.Folder, "node_modules", "@segment", "analytics-next", "dist", "umd", "index.js"));

        public ShopPage(Uri host, string key)
        {
            for (var port = Random.Shared.Next(20_000, 60_000); ; port = Random.Shared.Next(20_000, 60_000))
            {
                try
                {
                    _listener = new HttpListener();
                    _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
                    _listener.Start();
                    Address = new Uri($"http://127.0.0.1:{port}/");
                    break;
                }
                catch (HttpListenerException)
                {
                    // Taken: another port.
                }
            }
            _html = $$"""
                <!doctype html><title>Shop</title><p id="state">loading</p><script src="/analytics.js"></script>
                <script>
                  const analytics = window.AnalyticsNext.AnalyticsBrowser.load({ writeKey: '{{key}}', cdnURL: '{{host.ToString().TrimEnd('/')}}' });
                  (async () => {
                    await analytics.page();
                    await analytics.identify('browser-1', { email: 'browser@example.com' });
                    await analytics.track('Order Completed', { order_id: 'B1', revenue: 17.25, products: [{ product_id: 'p9', price: 17.25, quantity: 1 }] });
                    document.getElementById('state').textContent = 'sent';
                  })().catch(e => document.getElementById('state').textContent = String(e));
                </script>
                """;
            _ = ServeAsync();
        }

        public Uri Address { get; }

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    var isScript = context.Request.Url!.AbsolutePath == "/analytics.js";
                    context.Response.ContentType = isScript ? "text/javascript" : "text/html";
                    context.Response.Close(Encoding.UTF8.GetBytes(isScript ? _bundle : _html), willBlock: false);
                }
            }
            catch (Exception problem) when (problem is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
