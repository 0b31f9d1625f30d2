using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Whatever is killed when: nobody gets a second mail, and what may not have arrived is named.</summary>
public sealed partial class CampaignKillTests
{
    private const int Kills = 12;
    private const int People = 1_500;

    [Fact]
    public async Task Nobody_gets_a_second_mail_however_often_the_sender_is_killed()
    {
        var folder = Directory.CreateTempSubdirectory("behavior-mails-").FullName;
        await using var sink = new SmtpSink();
        string[] settings =
        [
            "--Campaigns:SmtpHost=127.0.0.1", $"--Campaigns:SmtpPort={sink.Port}", "--Campaigns:SmtpSecurity=none", "--Campaigns:From=Shop <news@shop.example>", "--Campaigns:MailsPerSecond=300", "--Campaigns:QuietFrom=0", "--Campaigns:QuietTo=0",
            "--Campaigns:GlobalControl=0", "--Campaigns:AtOnce=10",
        ];
        var random = new Random(20_261_125);
        int id;
        var admin = await Keys.CreateAsync(folder, "admin");
        await using (var product = await ProductProcess.StartAsync(folder, settings))
        {
            using var http = Client(product, admin);
            foreach (var part in Enumerable.Range(0, People).Chunk(500))
                await PostAsync(http, "v1/batch", $$"""{"batch":[{{string.Join(',', part.Select(i => $$"""{"type":"identify","userId":"u{{i}}","messageId":"i{{i}}","traits":{"email":"u{{i}}@x.example","emailConsent":true} }"""))}}]}""");
            var made = await PostAsync(http, "v1/campaigns", """{"name":"Kill","spec":{"holdout":0,"steps":[{"waitHours":0,"versions":[{"name":"A","share":1,"subject":"Hi","body":"<p>b</p>"}]}]}}""");
            id = made.GetProperty("id").GetInt32();
            await PostAsync(http, $"v1/campaigns/{id}/start", "{}");
            for (var wait = 0; sink.Messages.IsEmpty && wait < 300; wait++) await Task.Delay(100);
            Assert.False(sink.Messages.IsEmpty);
            await product.KillAsync();
        }
        for (var kills = 1; kills < Kills; kills++)
        {
            var before = sink.Messages.Count;
            await using var product = await ProductProcess.StartAsync(folder, settings);
            for (var wait = 0; sink.Messages.Count == before && wait < 500; wait++) await Task.Delay(20);
            Assert.NotEqual(before, sink.Messages.Count);
            await Task.Delay(random.Next(20, 400));
            await product.KillAsync();
        }
        await using (var product = await ProductProcess.StartAsync(folder, settings))
        {
            using var http = Client(product, admin);
            var people = new Dictionary<string, HashSet<string>>();
            for (var wait = 0; wait < 300 && (people.Count == 0 || people.ContainsKey("waiting")); wait++)
            {
                await Task.Delay(200);
                people = (await GetAsync(http, $"v1/campaigns/{id}/people?limit=10000")).GetProperty("people").EnumerateArray().GroupBy(p => p.GetProperty("state").GetString()).ToDictionary(g => g.Key ?? "", g => g.Select(p => p.GetProperty("person").GetString()!).ToHashSet());
            }
            var got = sink.Messages.Select(m => Recipient().Match(m).Groups[1].Value).ToList();
            Assert.Equal(got.Count, got.Distinct().Count());
            Assert.Equal(got.Count, sink.Messages.Select(m => Id().Match(m).Groups[1].Value).Distinct().Count());
            Assert.Subset(got.ToHashSet(), people.GetValueOrDefault("sent") ?? []);
            // Whoever may have got none is named: nobody is lost in silence.
            var open = people.Where(p => p.Key is "sending" or "unclear").SelectMany(p => p.Value).ToHashSet();
            Assert.Equal(People, got.ToHashSet().Union(open).Count());
            // Ten at once: those of each kill, and those the last process is sending now.
            Assert.True(open.Count <= (Kills + 1) * 10, $"{open.Count} are unclear after {Kills} kills.");
            Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click", sink.Messages.First(), StringComparison.Ordinal);
        }
        Directory.Delete(folder, recursive: true);
    }

    private static HttpClient Client(ProductProcess product, string key)
    {
        var http = new HttpClient { BaseAddress = product.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) => JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;

    [GeneratedRegex(@"^To: .*?(u\d+)@x\.example", RegexOptions.Multiline)]
    private static partial Regex Recipient();

    [GeneratedRegex(@"^Message-Id: <([^>]+)>", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Id();
}
