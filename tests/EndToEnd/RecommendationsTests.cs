using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>The block on a shop page of another origin, and the pages that steer it.</summary>
public class RecommendationsTests(Browser browser)
{
    [Fact]
    public async Task A_shop_page_of_another_origin_shows_a_list_that_follows_three_clicks_and_what_was_seen_and_clicked_is_counted()
    {
        await using var product = await ProductProcess.StartAsync();
        var key = await Keys.CreateAsync(product.Folder, "write");
        using var sender = new HttpClient { BaseAddress = product.Address };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await ViewsAsync(sender, "others", [.. Enumerable.Range(0, 30).Select(n => (Person: $"t{n}", Product: $"tea{n % 6}", Category: "Tea"))]);
        await ViewsAsync(sender, "tools", [.. Enumerable.Range(0, 30).SelectMany(n => new[] { (Person: $"h{n}", Product: $"saw{n % 4}", Category: "Tools"), (Person: $"h{n}", Product: $"saw{(n + 1) % 4}", Category: "Tools") })]);
        using var shop = new ShopPage(Page(product.Address, key));
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        // The products of the events stand on the shelf as soon as it is looked at again.
        await page.GotoAsync("/recommendations/inspect?kind=popular");
        await Expect(page.Locator("[data-list] tbody tr").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await watched.AssertAccessibleAsync();

        var visitor = await page.Context.NewPageAsync();
        var errors = new List<string>();
        visitor.PageError += (_, error) => errors.Add(error);
        await visitor.GotoAsync(shop.Address);
        var block = visitor.Locator("[data-bd-recommend]");
        await Expect(block.Locator("li").First).ToBeVisibleAsync();
        await Expect(block.Locator("small").First).ToHaveTextAsync("Popular right now");
        // The shop's own style does not reach into the block, nor the block's out of it.
        Assert.NotEqual("rgb(255, 0, 0)", await block.Locator("b").First.EvaluateAsync<string>("e => getComputedStyle(e).color"));
        Assert.Equal("rgb(255, 0, 0)", await visitor.Locator("#own").EvaluateAsync<string>("e => getComputedStyle(e).color"));

        var anonymous = await visitor.EvaluateAsync<string>("() => localStorage.getItem('bd_anonymous_id')");
        await ViewsAsync(sender, "mine", [("", "saw0", "Tools"), ("", "saw1", "Tools"), ("", "saw2", "Tools")], anonymous);
        for (var wait = 0; wait < 60 && !await block.Locator("small").First.InnerTextAsync().ContinueWith(t => t.Result.StartsWith("Because you viewed", StringComparison.Ordinal)); wait++)
        {
            await Task.Delay(250);
            await visitor.EvaluateAsync("() => window.bdRecommend.refresh()");
        }
        await Expect(block.Locator("small").First).ToContainTextAsync("Because you viewed saw");
        await Expect(block.Locator("b").First).ToHaveTextAsync("saw3");
        await block.Locator("a").First.ClickAsync();

        await page.GotoAsync("/recommendations");
        await Expect(page.Locator("[data-performance] tbody tr")).ToHaveCountAsync(1, new() { Timeout = 15_000 });
        await Expect(page.Locator("[data-performance] tbody tr")).ToContainTextAsync("home");
        await watched.AssertAccessibleAsync();
        Assert.Empty(errors);

        await page.GotoAsync("/recommendations/policy");
        await Expect(page.Locator("[data-save]")).ToBeEnabledAsync();
        await page.Locator("[data-slider=margin]").FillAsync("0.6");
        await page.Locator("[data-save]").ClickAsync();
        await Expect(page.Locator("[data-saved]")).ToBeVisibleAsync();
        await page.Locator("[data-save-as]").ClickAsync();
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/recommendations/decisions");
        // What is typed before the page is alive is lost.
        await Expect(page.Locator("[data-add]")).ToBeEnabledAsync();
        await page.Locator("[data-decide] [data-product]").FillAsync("saw3");
        await page.Locator("[data-reason]").FillAsync("recalled");
        await page.Locator("[data-add]").ClickAsync();
        await Expect(page.Locator("[data-decisions] tbody tr")).ToHaveCountAsync(1);
        await watched.AssertAccessibleAsync();
        await visitor.EvaluateAsync("() => window.bdRecommend.refresh()");
        await Expect(block.GetByText("saw3", new() { Exact = true })).ToHaveCountAsync(0);
        await page.GotoAsync($"/recommendations/inspect?kind=for_you&person={Uri.EscapeDataString("anon:" + anonymous)}");
        await Expect(page.Locator("[data-dropped]")).ToContainTextAsync("recalled");
        await Expect(page.Locator("[data-why-drawer]")).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/recommendations/tests");
        await Expect(page.Locator("[data-begin]")).ToBeEnabledAsync();
        await page.Locator("[data-start] [data-name]").FillAsync("Margin");
        await page.Locator("[data-begin]").ClickAsync();
        await Expect(page.Locator("[data-result]")).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        foreach (var path in new[] { "/recommendations/embed", "/recommendations/baskets" })
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("h1")).ToBeVisibleAsync();
            await watched.AssertAccessibleAsync();
        }
    }

    [Fact]
    public async Task A_shop_page_goes_on_without_us()
    {
        using var shop = new ShopPage(Page(new Uri("http://127.0.0.1:9"), "key").Replace("</body>", "<script>document.querySelector('#own').textContent = 'alive'</script></body>", StringComparison.Ordinal));
        await using var watched = await browser.OpenAsync(new Uri(shop.Address));
        var errors = new List<string>();
        watched.Page.PageError += (_, error) => errors.Add(error);
        await watched.Page.GotoAsync(shop.Address);
        await Expect(watched.Page.Locator("#own")).ToHaveTextAsync("alive");
        Assert.Empty(errors);
    }

    private static string Page(Uri us, string key) => $$"""
        <!doctype html><html lang="en"><head><title>Shop</title><style>b, #own { color: rgb(255, 0, 0) !important; }</style></head><body><p id="own">Our shop</p>
        <div data-bd-recommend="for_you" data-placement="home" data-limit="4"></div>
        <script src="{{us.GetLeftPart(UriPartial.Authority)}}/js/recommend.js" data-key="{{key}}" async></script></body></html>
        """;

    private static async Task ViewsAsync(HttpClient sender, string name, IReadOnlyList<(string Person, string Product, string Category)> views, string? anonymous = null)
    {
        var events = string.Join(',', views.Select((v, n) => $$"""{"type":"track","event":"Product Viewed",{{(anonymous is null ? $"\"userId\":\"{v.Person}\"" : $"\"anonymousId\":\"{anonymous}\"")}},"messageId":"{{name}}{{n}}","properties":{"product_id":"{{v.Product}}","category":"{{v.Category}}"} }"""));
        using var answer = await sender.PostAsync(new Uri("/v1/batch", UriKind.Relative), new StringContent($"{{\"batch\":[{events}]}}", Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>One page on a port of its own: another origin.</summary>
    private sealed class ShopPage : IDisposable
    {
        private readonly HttpListener _listener = new();

        public ShopPage(string html)
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _ = ServeAsync(Encoding.UTF8.GetBytes(html));
        }

        public string Address { get; }

        public void Dispose() => _listener.Close();

        private async Task ServeAsync(byte[] html)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    context.Response.ContentType = "text/html; charset=utf-8";
                    await context.Response.OutputStream.WriteAsync(html);
                    context.Response.Close();
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
