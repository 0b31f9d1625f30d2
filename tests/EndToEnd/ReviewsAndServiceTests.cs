using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Shoppers complain: reviews arrive, an incident opens while somebody looks, and a question is answered from the shop's own answers.</summary>
public class ReviewsAndServiceTests(Browser browser)
{
    [Fact]
    public async Task A_surge_opens_an_incident_live_and_a_question_is_answered()
    {
        await using var product = await ProductProcess.StartAsync();
        using var sender = new HttpClient { BaseAddress = product.Address };
        sender.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Keys.CreateAsync(product.Folder, "write"));
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/reviews");
        await Expect(page.Locator(".bd-empty h2")).ToHaveTextAsync("No reviews yet");
        await watched.AssertAccessibleAsync();

        await ReviewAsync(sender, Enumerable.Range(0, 120).Select(i => Review($"g{i}", "p" + i % 6, i % 15 == 0 ? "Poor quality, it broke" : "Great quality, works well and arrived quickly", i % 15 == 0 ? 2 : 5, DateTimeOffset.UtcNow.AddDays(-28).AddHours(5 * i))));
        await Expect(page.Locator("[data-groups=topics]")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(page.Locator("[data-reviews] tbody tr").First).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/reviews/incidents");
        await Expect(page.Locator(".bd-empty h2")).ToHaveTextAsync("Nothing stands out");
        await watched.AssertAccessibleAsync();

        // Without a reload: the open page is told of the incident.
        await ReviewAsync(sender, Enumerable.Range(0, 10).Select(i => Review($"b{i}", "p2", "It leaks, the seal is broken. Terrible.", 1, DateTimeOffset.UtcNow.AddMinutes(i - 11))));
        await Expect(page.Locator("[data-incidents] tbody tr")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await page.Locator("[data-incidents] a").ClickAsync();
        await Expect(page.Locator("[data-status]")).ToHaveTextAsync("open");
        await page.Locator("[data-acknowledge]").ClickAsync();
        await Expect(page.Locator("[data-status]")).ToHaveTextAsync("acknowledged");
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-reviews] a").First.ClickAsync();
        await Expect(page.Locator("[data-body] .word-bad").First).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();

        await page.GotoAsync("/service/knowledge");
        await page.Locator("[data-start]").ClickAsync();
        await Expect(page.Locator("[data-articles] tbody tr").First).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        await page.GotoAsync("/service");
        await watched.AssertAccessibleAsync();
        using var asked = await sender.PostAsync(new Uri("/v1/conversations", UriKind.Relative), Json(new { message_id = "m1", user_id = "ann", subject = "Where is it?", body = "Hello, where is my order?" }));
        Assert.Equal(201, (int)asked.StatusCode);
        await Expect(page.Locator("[data-queue] tbody tr")).ToHaveCountAsync(1, new() { Timeout = 20_000 });
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-queue] a").ClickAsync();
        await Expect(page.Locator("[data-suggestion]").First).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-use]").First.ClickAsync();
        await page.Locator("[data-send]").ClickAsync();
        await Expect(page.Locator("[role=alert]")).ToContainTextAsync("placeholder");
        await page.Locator(".desk-reply").FillAsync("Hello Ann, it was sent this morning.");
        await page.Locator("[data-send]").ClickAsync();
        await Expect(page.Locator("[data-messages] li")).ToHaveCountAsync(2);
        await Expect(page.Locator("[data-status]")).ToHaveTextAsync("Waiting for shopper");
        watched.AssertClean();

        await page.GotoAsync("/culture/zh-Hans?returnUrl=/service");
        await Expect(page.Locator("h1")).ToHaveTextAsync("客服台");
        await page.GotoAsync("/reviews");
        await Expect(page.Locator("h1")).ToHaveTextAsync("评价");
        await watched.AssertAccessibleAsync();
    }

    private static object Review(string id, string product, string body, int stars, DateTimeOffset at) => new { review_id = id, product_id = product, user_id = "u" + id, body, rating = stars, at = at.ToString("O") };

    private static async Task ReviewAsync(HttpClient sender, IEnumerable<object> reviews)
    {
        using var answer = await sender.PostAsync(new Uri("/v1/reviews", UriKind.Relative), Json(new { reviews }));
        answer.EnsureSuccessStatusCode();
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
}
