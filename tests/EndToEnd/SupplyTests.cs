using System.Net.Http.Headers;
using System.Net.Http.Json;
using BehaviorDashboard.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>The closed loop: a campaign is planned, the forecast takes it in, the promise is checked, what is missing is bought, and it arrives.</summary>
public class SupplyTests(Browser browser)
{
    private const string Shelf = """
        Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Cost per item,Variant Inventory Qty
        mug,Mug,Anvil,Mugs,Colour,blue,mug-blue,20.00,8.00,40
        mug,,,,,red,mug-red,20.00,8.00,400
        """;

    [Fact]
    public async Task A_planned_campaign_reaches_the_forecast_the_promise_the_order_and_the_shelf()
    {
        await using var sink = new SmtpSink();
        await using var product = await ProductProcess.StartAsync(null, "--Campaigns:SmtpHost=127.0.0.1", $"--Campaigns:SmtpPort={sink.Port}", "--Campaigns:SmtpSecurity=none", "--Campaigns:From=news@shop.example", "--Campaigns:GlobalControl=0");
        await FillAsync(product, Shelf, []);
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);

        await page.GotoAsync("/supply");
        await Expect(page.Locator("[data-rooms] [aria-current=page]")).ToHaveTextAsync("What to do today");
        await page.Locator("[data-refresh]").ClickAsync();
        await Expect(page.Locator("[data-today]")).ToContainTextAsync("Mug (blue)", new() { Timeout = 60_000 });
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/products/mug-blue");
        await Expect(page.Locator("[data-variants] tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Locator("[data-propose]")).ToBeEnabledAsync();
        await page.Locator("[data-steps] a").Last.ClickAsync();
        await Expect(page.Locator("[data-steps] a").Last).ToHaveAttributeAsync("aria-current", "true");
        await watched.AssertAccessibleAsync();

        // Planned for a week ahead: nobody gets anything yet, the forecast knows of it already.
        await page.GotoAsync("/campaigns/new?products=mug-red");
        // What is typed before the page is alive is lost.
        await Expect(page.Locator("[data-start]")).ToBeEnabledAsync();
        // Products are chosen by their words; what is not one product is not taken.
        var picker = page.Locator("[data-picker]");
        await Expect(picker.Locator("[data-picked=mug-red]")).ToContainTextAsync("Mug (red)");
        await picker.Locator("input").FillAsync("mug");
        await picker.Locator("input").PressAsync("Enter");
        await Expect(picker.Locator("[role=alert]")).ToContainTextAsync("mug");
        await picker.Locator("input").FillAsync("blue");
        await picker.Locator("input").PressAsync("Enter");
        await Expect(picker.Locator("[data-picked=mug-blue]")).ToBeVisibleAsync();
        await picker.Locator("[data-picked=mug-red] button").ClickAsync();
        await Expect(picker.Locator("[data-picked]")).ToHaveCountAsync(1);
        await page.Locator("[data-name]").FillAsync("Mug week");
        await page.Locator("[data-body]").FillAsync("<p>Hello</p>");
        await page.Locator("input[type=datetime-local]").First.FillAsync(DateTime.UtcNow.AddDays(7).ToString("yyyy-MM-ddTHH:mm", System.Globalization.CultureInfo.InvariantCulture));
        await Expect(page.Locator("[data-supply] tr[data-product=mug-blue]")).ToBeVisibleAsync();
        // More is promised than there is: an order, and a reason to go on.
        await page.Locator("[data-override]").FillAsync("An order is on its way");
        await page.Locator("[data-order]").ClickAsync();
        await Expect(page.Locator("[data-proposal]")).ToBeVisibleAsync();
        var proposal = await page.Locator("[data-proposal]").GetAttributeAsync("href");
        var treated = await page.Locator("[data-treated]").TextContentAsync();
        await page.Locator("[data-start]").ClickAsync();
        await page.Locator(".mud-dialog input").FillAsync(treated!);
        await page.Locator(".mud-dialog-actions button").Last.ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Mug week", new() { Timeout = 20_000 });

        await page.GotoAsync("/products/mug-blue");
        await Expect(page.Locator("[data-layers]")).ToContainTextAsync("Mug week");
        await page.GotoAsync("/" + proposal);
        await page.Locator("[data-approve]").ClickAsync();
        var missing = await page.Locator("[data-lines] input[type=number]").InputValueAsync();
        await page.Locator("[data-lines] button").ClickAsync();
        await Expect(page.Locator("[data-lines]")).ToContainTextAsync($"{missing} / {missing}");
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/products/mug-blue");
        await Expect(page.Locator(".bd-kpi-value").First).ToHaveTextAsync((40 + int.Parse(missing, System.Globalization.CultureInfo.InvariantCulture)).ToString(System.Globalization.CultureInfo.InvariantCulture));
        watched.AssertClean();
    }

    [Fact]
    public async Task What_is_scarce_is_promised_to_fewer_people_or_later()
    {
        await using var product = await ProductProcess.StartAsync(null, "--Campaigns:From=news@shop.example", "--Campaigns:GlobalControl=0");
        // Cups that sell alike, from too few to plenty: of some there is enough for a part of the people.
        var cups = Enumerable.Range(0, 16).ToDictionary(i => $"cup-{i}", i => 16 + i);
        var shelf = string.Concat(cups.Select(c => $"{c.Key},Cup {c.Key},Anvil,Cups,Colour,blue,{c.Key},20.00,8.00,{c.Value}\n"));
        await FillAsync(product, Shelf[..Shelf.IndexOf('\n', StringComparison.Ordinal)] + "\n" + shelf, [.. cups.Keys]);
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/supply");
        await page.Locator("[data-refresh]").ClickAsync();
        await Expect(page.Locator("[data-today]")).ToContainTextAsync("Cup", new() { Timeout = 60_000 });

        var scarce = "";
        foreach (var cup in cups.Keys)
        {
            await page.GotoAsync("/campaigns/new?products=" + cup);
            await Expect(page.Locator("[data-start]")).ToBeEnabledAsync();
            await Expect(page.Locator("[data-promise]")).ToBeVisibleAsync();
            if (await page.Locator("[data-promise]").GetAttributeAsync("data-promise") != "limit") continue;
            scarce = cup;
            break;
        }
        Assert.NotEqual("", scarce);
        var everybody = long.Parse((await page.Locator("[data-treated]").TextContentAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        await page.Locator("[data-shrink]").ClickAsync();
        await Expect(page.Locator("[data-shrink]")).ToHaveCountAsync(0);
        Assert.InRange(long.Parse((await page.Locator("[data-treated]").TextContentAsync())!, System.Globalization.CultureInfo.InvariantCulture), 1, everybody - 1);

        // Nothing is on its way: there is no later to wait for. Then there is.
        await Expect(page.Locator("[data-delay]")).ToHaveCountAsync(0);
        await page.Locator("[data-limit]").FillAsync("");
        await page.Locator("[data-order]").ClickAsync();
        await Expect(page.Locator("[data-proposal]")).ToBeVisibleAsync();
        await page.GotoAsync("/" + await page.Locator("[data-proposal]").GetAttributeAsync("href"));
        await page.Locator("[data-approve]").ClickAsync();
        await Expect(page.Locator("[data-lines] button")).ToBeVisibleAsync();
        await page.GotoAsync("/campaigns/new?products=" + scarce);
        await Expect(page.Locator("[data-start]")).ToBeEnabledAsync();
        await page.Locator("[data-delay]").ClickAsync();
        await Expect(page.Locator("input[type=datetime-local]").First).Not.ToHaveValueAsync("");
        watched.AssertClean();
    }

    /// <summary>Half a year of orders and people who may be written to, of two variants or of products that sell alike.</summary>
    private static async Task FillAsync(ProductProcess product, string shelf, string[] alike)
    {
        var file = Path.Combine(product.Folder, "shelf.csv");
        await File.WriteAllTextAsync(file, shelf);
        var (exitCode, output, errors) = await ProductProcess.RunAsync(product.Folder, "import", "shopify-products", file);
        Assert.True(exitCode == 0, output + errors);
        using var sender = new HttpClient { BaseAddress = product.Address };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "write"));
        var (random, batch) = (new Random(4), new List<object>());
        for (var i = 0; i < 300; i++) batch.Add(new { type = "identify", userId = $"u{i}", messageId = $"i{i}", traits = new { email = $"u{i}@x.example", emailConsent = true } });
        for (var day = 182; day > 0; day--)
        {
            var units = 1 + random.Next(4);
            foreach (var (id, sold) in alike.Length > 0 ? [.. alike.Select(a => (a, units))] : new[] { ("mug-blue", units), ("mug-red", 1 + random.Next(3)) })
            {
                var at = DateTime.UtcNow.Date.AddDays(-day).AddHours(9).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
                batch.Add(new { type = "track", @event = "Order Completed", userId = $"u{random.Next(300)}", messageId = $"o{id}{day}", timestamp = at, properties = new { order_id = $"o{id}{day}", revenue = 20 * sold, currency = "USD", products = new[] { new { product_id = id, price = 20, quantity = sold } } } });
            }
        }
        foreach (var part in batch.Chunk(300))
        {
            using var answer = await sender.PostAsJsonAsync(new Uri("/v1/batch", UriKind.Relative), new { batch = part });
            answer.EnsureSuccessStatusCode();
        }
    }
}
