using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.RegularExpressions;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>
/// Whatever shows a person leaves a line in the audit log, and shows nobody to a Manager. Every route that can be fetched is
/// fetched while the store is full of one person, so a new page or endpoint is tried without being added anywhere.
/// </summary>
public sealed partial class LooksEverywhereTests(LooksEverywhereTests.Host host) : IClassFixture<LooksEverywhereTests.Host>
{
    /// <summary>A word of the person's key, name and address, and of nothing else in the product.</summary>
    private const string Word = "zelda";
    private const string Zelda = "zelda@shop.example";
    private const string Planted = "/planted/list";
    private static readonly string[] Looks = [".viewed", ".downloaded", ".exported", ".explained", ".previewed"];

    /// <summary>Keeps what is told to the log besides writing it down.</summary>
    private sealed class Heard(AuditLog log) : IAuditLog
    {
        public ConcurrentQueue<AuditEntry> Entries { get; } = new();

        public Task RecordAsync(AuditEntry entry, CancellationToken cancel = default)
        {
            Entries.Enqueue(entry);
            return log.RecordAsync(entry, cancel);
        }
    }

    public sealed class Host : WebHost
    {
        public Host()
        {
            Settings["Segments:EverySeconds"] = "3600";
            foreach (var (key, value) in new[] { ("GlobalControl", "0"), ("QuietFrom", "0"), ("QuietTo", "0"), ("LookSeconds", "1") }) Settings["Campaigns:" + key] = value;
        }

        public string Review { get; private set; } = "";

        /// <summary>What the log was told since it was asked last.</summary>
        internal IReadOnlyList<AuditEntry> Told()
        {
            var all = new List<AuditEntry>();
            while (Services.GetRequiredService<Heard>().Entries.TryDequeue(out var entry)) all.Add(entry);
            return all;
        }

        public IEnumerable<string> Fetched => Routes.Where(r => RouteRules.IsGuarded(r) && (r.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is not { Count: > 0 } methods || methods.Contains("GET")))
            .Select(RouteRules.Path).Where(p => !p.StartsWith("/_", StringComparison.Ordinal)).Distinct();

        protected override void ChangeServices(IServiceCollection services) => services.AddSingleton<Heard>().AddSingleton<IAuditLog>(p => p.GetRequiredService<Heard>());

        // A list that writes nothing down: the test must catch it.
        protected override void ChangeRoutes(WebApplication app) => app.MapGet(Planted, () => Zelda).RequireAuthorization(Access.ViewPeople);

        public async Task FillAsync()
        {
            await Services.GetRequiredService<EventWriter>().AppendAsync([
                Make.Event("z1", EventNames.OrderCompleted, Zelda, revenue: 12m, product: "cup", at: DateTimeOffset.UtcNow.AddDays(-2), traits: """{"email":"zelda@shop.example","name":"Zelda Word","emailConsent":true}"""),
                Make.Event("z2", "Product Viewed", Zelda, product: "cup", at: DateTimeOffset.UtcNow.AddMinutes(-5)),
                Make.Event("z3", user: "second", at: DateTimeOffset.UtcNow, traits: """{"email":"zelda@shop.example"}"""),
            ]);
            using var shop = await KeyClientAsync(Access.ScopeWrite);
            using var admin = await KeyClientAsync(Access.ScopeAdmin);
            foreach (var (client, path, body) in new (HttpClient, string, object)[]
            {
                (shop, "/v1/reviews", new { reviews = new[] { new { review_id = "r1", product_id = "cup", user_id = Zelda, rating = 2, body = "Broken on arrival." } } }),
                (shop, "/v1/conversations", new { conversation_id = "c1", message_id = "m1", user_id = Zelda, channel = "email", subject = "From Zelda", body = "Where is my order?" }),
                (admin, "/v1/campaigns", new { name = "Ours", spec = new { channel = "csv", holdout = 0, steps = new[] { new { versions = new[] { new { name = "A", share = 1, subject = "Hi", body = "<p>b</p>" } } } } } }),
                (admin, "/v1/campaigns/1/start", new { }),
            })
            {
                using var answer = await client.PostAsJsonAsync(path, body);
                Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
            }
            await using (var scope = Services.CreateAsyncScope())
            {
                var segments = scope.ServiceProvider.GetRequiredService<SegmentService>();
                var segment = (await segments.CreateAsync(new SegmentDraft("Viewed", "", new DidRule("Product Viewed")))).Segment!;
                Assert.Equal(1, segment.Id);
                await segments.SetStatusAsync(segment, "active");
            }
            await Services.GetRequiredService<MembershipKeeper>().PassAsync();
            var database = Services.GetRequiredService<Database>();
            await database.ExecuteAsync("insert into prediction_scores (user_id, as_of, buy7) values (@Zelda, @Now, 0.5)", new { Zelda, Now = DateTimeOffset.UtcNow });
            await database.ExecuteAsync("insert into campaign_mails (message_id, user_id, campaign_id, sent_at, recipient, subject, body) values ('m9', @Zelda, 1, @Now, @Zelda, 'Hi', 'Hello')", new { Zelda, Now = DateTimeOffset.UtcNow });
            Review = (await database.ScalarAsync<string>("select review_id from reviews"))!;
            for (var wait = 0; wait < 200 && await database.ScalarAsync<long>("select count(*) from campaign_people") == 0; wait++) await Task.Delay(50);
        }
    }

    [Fact]
    public async Task Whatever_shows_a_person_is_written_down_and_a_Manager_is_shown_nobody()
    {
        await host.FillAsync();
        using var admin = await host.SignInAsync(Access.Admin);
        using var reader = await host.KeyClientAsync(Access.ScopeAdmin);
        using var manager = await host.SignInAsync(Access.Manager);
        var (shown, unseen, unmasked) = (new HashSet<string>(), new List<string>(), new List<string>());
        foreach (var route in host.Fetched)
        {
            foreach (var (address, masked) in Addresses(route))
            {
                foreach (var client in new[] { admin, reader })
                {
                    host.Told();
                    if (!await ShowsAsync(client, address)) continue;
                    shown.Add(route);
                    if (!host.Told().Any(e => Looks.Any(l => e.Action.EndsWith(l, StringComparison.Ordinal)))) unseen.Add(address);
                }
                if (await ShowsAsync(manager, masked)) unmasked.Add(masked);
            }
        }
        Assert.Equal(Planted, string.Join(", ", unseen.Distinct()));
        Assert.Equal(Planted, string.Join(", ", unmasked.Distinct()));
        string[] known =
        [
            "/customers", "/customers/{Key}", "/customers/{Key}/merge", "/customers/duplicates", "/customers.csv", "/customers/{key}/export", "/segments", "/segments/{Id:int}", "/campaigns/{Id:int}", "/campaigns/outbox", "/service",
            "/service/{Id:int}", "/reviews/{Id}", "/v1/people/", "/v1/people/{key}", "/v1/segments/{id:int}/members", "/v1/campaigns/{id:int}/people", "/v1/predictions/", "/v1/predictions/{userId}", "/v1/reviews/", "/v1/reviews/{id}", "/v1/conversations/",
        ];
        Assert.Equal("", string.Join(", ", known.Except(shown)));
        // The log outlives the people in it.
        Assert.Empty(await host.Services.GetRequiredService<Database>().QueryAsync<string>("select action || ' ' || target from audit_log where position(@Word in lower(target || coalesce(detail, ''))) > 0", new { Word }));
    }

    [Fact]
    public async Task People_found_in_the_palette_are_one_look_while_somebody_types_and_none_for_a_Manager()
    {
        await host.Services.GetRequiredService<EventWriter>().AppendAsync([Make.Event("z9", user: Zelda, traits: """{"name":"Zelda Word"}""")]);
        await using var scope = host.Services.CreateAsyncScope();
        var database = host.Services.GetRequiredService<Database>();
        foreach (var (role, expected) in new[] { (Access.Manager, 0), (Access.Marketer, 1) })
        {
            var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role), new Claim(ClaimTypes.NameIdentifier, "types-" + role)], "test"));
            using var acting = AuditActor.Begin(AuditActor.Of(user, null));
            foreach (var typed in new[] { "ze", "zel", "zeld", "nobody at all" })
                foreach (var source in scope.ServiceProvider.GetServices<ISearchSource>())
                    await source.FindAsync(typed, user, 6, TestContext.Current.CancellationToken);
            Assert.Equal(expected, await database.ScalarAsync<long>("select count(*) from audit_log where actor_id = @Actor and action = 'people.viewed' and target = 'search' and detail is null", new { Actor = "types-" + role }));
        }
    }

    /// <summary>Addresses of a route with the person, the review, or the first of whatever is numbered in it; and the same as a Manager is led to them.</summary>
    private IEnumerable<(string Address, string Masked)> Addresses(string route)
    {
        var numbered = Numbered().Replace(route, "1");
        if (!Parameter().IsMatch(numbered))
        {
            yield return (numbered, numbered);
            if (numbered is "/customers") yield return ("/customers?q=" + Word, "/customers?who=known");
            yield break;
        }
        var (person, masked) = (Person().Replace(numbered, Uri.EscapeDataString(Zelda)), Person().Replace(numbered, Uri.EscapeDataString(PersonKey.LinkKey(Zelda, personal: false))));
        if (numbered.EndsWith("/merge", StringComparison.Ordinal)) person += "?with=second";
        foreach (var value in new[] { host.Review, "cup" }) yield return (Parameter().Replace(person, value), Parameter().Replace(masked, value));
    }

    private static async Task<bool> ShowsAsync(HttpClient client, string address)
    {
        using var answer = await WebHost.PageAsync(client, address);
        if (answer.StatusCode != HttpStatusCode.OK) return false;
        // What was asked for stands in links of the answer.
        var text = (await answer.Content.ReadAsStringAsync()).Replace(Uri.EscapeDataString(Zelda), "", StringComparison.Ordinal);
        return text.Contains(Word, StringComparison.OrdinalIgnoreCase) || answer.Content.Headers.ContentType?.MediaType == "application/zip";
    }

    [GeneratedRegex(@"\{(key|userId)\}", RegexOptions.IgnoreCase)]
    private static partial Regex Person();

    [GeneratedRegex(@"\{[^}]*:int\}")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
