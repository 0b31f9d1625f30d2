using System.Net;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Profiles;

/// <summary>Lists and everything held about one person as files: for whom, masked how, and written down.</summary>
public class PeopleDownloadTests(WebHost host) : IClassFixture<WebHost>
{
    private const string Email = "grace.hopper@example.com";

    private Task<AppendResult> FillAsync() => host.Services.GetRequiredService<EventWriter>().AppendAsync([
        Make.Event("g1", EventNames.OrderCompleted, user: Email, revenue: 12m, traits: $$"""{"email":"{{Email}}","name":"=Grace Hopper"}"""),
        Make.Event("g2", user: "other", traits: """{"name":"Other"}"""), .. Enumerable.Range(0, 60).Select(i => Make.Event($"x{i}", user: null, anonymous: $"x{i}")),
    ]);

    private static Uri At(string path) => new(path, UriKind.Relative);

    [Fact]
    public async Task A_list_is_downloaded_whole_with_its_filters_and_masked_for_a_Manager()
    {
        await FillAsync();
        using var marketer = await host.SignInAsync(Access.Marketer);
        var all = (await marketer.GetStringAsync(At("/customers.csv"))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1 + 62, all.Length);
        var one = (await marketer.GetStringAsync(At("/customers.csv?ordersFrom=1&sort=revenue&after=0~5~zzz"))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, (await marketer.GetStringAsync(At("/customers.csv?ordersFrom=1"))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Single(one);
        Assert.Contains(all, l => l.StartsWith(Email, StringComparison.Ordinal) && l.Contains("'=Grace Hopper", StringComparison.Ordinal));

        using var manager = await host.SignInAsync(Access.Manager);
        foreach (var path in new[] { "/customers.csv", "/customers", "/customers/md5:" + Md5(Email), "/customers?q=grace" })
        {
            using var answer = await WebHost.PageAsync(manager, path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("hopper", text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("g***", text, StringComparison.Ordinal);
        }
        Assert.Equal(4, await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from audit_log where action = 'people.downloaded'"));
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "As the product does.")]
    private static string Md5(string key) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(key)));

    [Fact]
    public async Task Everything_about_a_person_is_handed_out_to_who_may_and_written_down()
    {
        await FillAsync();
        using var marketer = await host.SignInAsync(Access.Marketer);
        var json = JsonDocument.Parse(await marketer.GetStringAsync(At($"/customers/{Email}/export?format=json"))).RootElement.GetProperty("data");
        Assert.Equal(Email, json.GetProperty("profiles")[0].GetProperty("traits").GetProperty("email").GetString());
        Assert.Equal(12m, json.GetProperty("orders")[0].GetProperty("revenue").GetDecimal());
        using var zip = await marketer.GetAsync(At($"/customers/{Email}/export?format=csv"));
        Assert.Equal("application/zip", zip.Content.Headers.ContentType!.MediaType);
        using var wrong = await marketer.GetAsync(At($"/customers/{Email}/export?format=xml"));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var missing = await marketer.GetAsync(At("/customers/nobody/export"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using var manager = await host.SignInAsync(Access.Manager);
        using var refused = await manager.GetAsync(At($"/customers/{Email}/export"));
        Assert.NotEqual(HttpStatusCode.OK, refused.StatusCode);
        using var key = await host.KeyClientAsync(Access.ScopeAdmin);
        using var byKey = await key.GetAsync(At($"/v1/people/{Email}/export"));
        Assert.Equal(HttpStatusCode.OK, byKey.StatusCode);
        Assert.Equal(3, await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from audit_log where action = 'person.exported'"));
    }
}
