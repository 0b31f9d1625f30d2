using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Segments;

/// <summary>Members as programs fetch them, who may, and the receivers of entries and exits.</summary>
public sealed class SegmentsApiTests(SegmentsApiTests.Host host) : IClassFixture<SegmentsApiTests.Host>
{
    public sealed class Host : WebHost
    {
        // Passes are made by hand: what a page tells must not depend on when a test looks.
        public Host()
        {
            Settings["Segments:EverySeconds"] = "3600";
            Settings["Webhooks:InsideHosts:0"] = "127.0.0.1";
        }
    }

    [Fact]
    public async Task Pages_and_files_of_one_instant_hold_the_same_people_whoever_comes_and_goes_meanwhile()
    {
        await SendAsync("Paged", "a", "b", "c", "d", "e");
        var id = await ActiveAsync("Paged", active: true);
        using var reader = await host.KeyClientAsync(Access.ScopeRead);
        var first = await JsonAsync(reader, $"/v1/segments/{id}/members?limit=2");
        Assert.Equal(["a", "b"], People(first));
        var asOf = first.GetProperty("as_of").GetString()!;
        Assert.EndsWith("Z", asOf, StringComparison.Ordinal);

        await SendAsync("Paged", "bb");
        await ChangeRuleAsync(id, new AllOf([new DidRule("Paged"), new Not(new DidRule("Left"))]));
        await SendAsync("Left", "d");
        await PassAsync();

        var seen = People(first);
        for (var next = first.GetProperty("next").GetString(); next is not null;)
        {
            var page = await JsonAsync(reader, $"/v1/segments/{id}/members?limit=2&after={next}&as_of={asOf}");
            seen.AddRange(People(page));
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(["a", "b", "c", "d", "e"], seen);
        Assert.Equal(seen, await FileAsync(reader, id, "csv", asOf));
        Assert.Equal(seen, await FileAsync(reader, id, "ndjson", asOf));
        Assert.Equal(["a", "b", "bb", "c", "e"], People(await JsonAsync(reader, $"/v1/segments/{id}/members")));
        // An instant that has not been computed yet is that of the last pass.
        var ahead = await JsonAsync(reader, $"/v1/segments/{id}/members?as_of=2099-01-01T00:00:00Z");
        Assert.Equal((await JsonAsync(reader, $"/v1/segments/{id}")).GetProperty("asOf").GetDateTimeOffset(), ahead.GetProperty("as_of").GetDateTimeOffset());
    }

    [Fact]
    public async Task Members_are_for_read_keys_and_for_roles_that_see_people_and_a_file_is_written_down()
    {
        await SendAsync("Guarded", "ann");
        var (active, draft) = (await ActiveAsync("Guarded", active: true), await ActiveAsync("Guarded draft", active: false, "Guarded"));
        using var reader = await host.KeyClientAsync(Access.ScopeRead);
        using var writer = await host.KeyClientAsync(Access.ScopeWrite);
        using var marketer = await host.SignInAsync(Access.Marketer);
        using var manager = await host.SignInAsync(Access.Manager);
        using var stranger = host.Client();
        foreach (var (client, path, expected) in new[]
        {
            (stranger, $"/v1/segments/{active}/members", HttpStatusCode.Unauthorized), (writer, $"/v1/segments/{active}/members", HttpStatusCode.Forbidden),
            (manager, $"/v1/segments/{active}/members?format=csv", HttpStatusCode.Forbidden), (marketer, $"/v1/segments/{active}/members?format=csv", HttpStatusCode.OK),
            (reader, "/v1/segments/999999/members", HttpStatusCode.NotFound), (reader, $"/v1/segments/{draft}/members", HttpStatusCode.Conflict),
            (reader, $"/v1/segments/{active}/members?limit=0", HttpStatusCode.BadRequest), (reader, $"/v1/segments/{active}/members?limit=10001", HttpStatusCode.BadRequest),
            (reader, $"/v1/segments/{active}/members?as_of=soon", HttpStatusCode.BadRequest), (reader, $"/v1/segments/{active}/members?format=xml", HttpStatusCode.BadRequest),
        })
        {
            using var answer = await client.GetAsync(At(path));
            Assert.True(expected == answer.StatusCode, $"{path}: {answer.StatusCode}");
        }
        Assert.Equal(1, await host.Services.GetRequiredService<Database>().ScalarAsync<long>("select count(*) from audit_log where action = 'people.downloaded' and target = @Target", new { Target = $"segment:{active}" }));
    }

    [Fact]
    public async Task A_rule_is_previewed_saved_as_a_draft_and_refused_with_its_reasons()
    {
        await SendAsync("Previewed", "ann", "bob");
        using var reader = await host.KeyClientAsync(Access.ScopeRead);
        using var admin = await host.KeyClientAsync(Access.ScopeAdmin);
        const string rule = """{"is":"all","rules":[{"is":"did","event":"Previewed"},{"is":"not","rule":{"is":"did","event":"Never"}}]}""";
        using var counted = await reader.PostAsync(At("/v1/segments/preview"), Body(rule));
        var preview = await counted.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((2, "2 0"), (preview.GetProperty("people").GetInt64(), string.Join(' ', preview.GetProperty("conditions").EnumerateArray().Select(c => c.GetInt64()))));

        using (var refused = await reader.PostAsync(At("/v1/segments"), Body($$"""{"name":"Mine","rule":{{rule}}}"""))) Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var made = await admin.PostAsync(At("/v1/segments"), Body($$"""{"name":"Mine","rule":{{rule}}}"""));
        Assert.Equal((HttpStatusCode.Created, "draft"), (made.StatusCode, (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString()));
        foreach (var wrong in new[] { """{"is":"did","event":""}""", """{"is":"segment","segment":999999}""", """{"is":"party"}""" })
        {
            using var refused = await reader.PostAsync(At("/v1/segments/preview"), Body(wrong));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.NotEqual(0, (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("problems").GetArrayLength());
        }
    }

    [Fact]
    public async Task A_receiver_added_over_HTTP_is_told_of_entries_and_exits_and_again_until_it_takes_them()
    {
        await using var receiver = await Receiver.StartAsync();
        var id = await ActiveAsync("Told", active: true);
        using var admin = await host.KeyClientAsync(Access.ScopeAdmin);
        using var reader = await host.KeyClientAsync(Access.ScopeRead);
        var path = At($"/v1/segments/{id}/webhooks");
        using (var refused = await reader.PostAsJsonAsync(path, new { url = receiver.Address })) Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using (var refused = await admin.PostAsJsonAsync(path, new { url = "http://10.0.0.1/" })) Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        using (var refused = await admin.PostAsJsonAsync(At("/v1/segments/999999/webhooks"), new { url = receiver.Address })) Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        using var added = await admin.PostAsJsonAsync(path, new { url = receiver.Address });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.StartsWith("whsec_", (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString(), StringComparison.Ordinal);

        // The first attempt fails, so the same message comes a second time, before what happened after it.
        receiver.Answer = _ => receiver.Requests.Count == 1 ? 503 : 200;
        await SendAsync("Told", "ann");
        await PassAsync();
        await ChangeRuleAsync(id, new AllOf([new DidRule("Told"), new DidRule("Never")]));
        await PassAsync();
        for (var wait = 0; receiver.Requests.Count < 3 && wait < 400; wait++) await Task.Delay(100);

        Assert.Equal(["segment.entered", "segment.entered", "segment.left"], receiver.Requests.Select(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("type").GetString()));
        Assert.Equal([1, 2], receiver.Requests.GroupBy(r => r.Headers["webhook-id"]).Select(g => g.Count()).Order());
        Assert.All(receiver.Requests, r => Assert.Equal("ann", JsonDocument.Parse(r.Body).RootElement.GetProperty("data").GetProperty("people")[0].GetProperty("user_id").GetString()));
    }

    private static Uri At(string path) => new(path, UriKind.Relative);

    private static StringContent Body(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private static List<string> People(JsonElement page) => [.. page.GetProperty("members").EnumerateArray().Select(m => m.GetProperty("user_id").GetString()!)];

    private static async Task<JsonElement> JsonAsync(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(At(path))).RootElement;

    private static async Task<IEnumerable<string>> FileAsync(HttpClient client, int id, string format, string asOf)
    {
        using var answer = await client.GetAsync(At($"/v1/segments/{id}/members?format={format}&as_of={asOf}"));
        Assert.Equal(DateTimeOffset.Parse(asOf, null), DateTimeOffset.Parse(answer.Headers.GetValues("X-As-Of").Single(), null));
        var lines = (await answer.Content.ReadAsStringAsync()).Split(["\r\n", "\n"], StringSplitOptions.RemoveEmptyEntries);
        return format == "csv" ? lines.Skip(1).Select(l => l.Split(',')[0]) : lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("user_id").GetString()!);
    }

    private Task SendAsync(string name, params string[] people) =>
        host.Services.GetRequiredService<EventWriter>().AppendAsync([.. people.Select(p => Make.Event($"{name}-{p}", name, p, at: DateTimeOffset.UtcNow))]);

    private async Task<int> ActiveAsync(string name, bool active, string? did = null)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var segments = scope.ServiceProvider.GetRequiredService<SegmentService>();
        var segment = (await segments.CreateAsync(new SegmentDraft(name, "", new DidRule(did ?? name)))).Segment!;
        if (active) await segments.SetStatusAsync(segment, "active");
        return segment.Id;
    }

    private async Task ChangeRuleAsync(int id, Rule rule)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var segments = scope.ServiceProvider.GetRequiredService<SegmentService>();
        var before = (await segments.FindAsync(id))!;
        Assert.Empty((await segments.SaveAsync(before, new SegmentDraft(before.Name, "", rule))).Problems);
    }

    private Task PassAsync() => host.Services.GetRequiredService<MembershipKeeper>().PassAsync();
}
