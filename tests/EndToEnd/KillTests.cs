using System.Net.Http.Headers;
using System.Text;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>What was acknowledged survives kill -9, once.</summary>
public class KillTests
{
    private const int Kills = 20;

    [Fact]
    public async Task Acknowledged_events_are_stored_once_however_often_the_product_is_killed()
    {
        var folder = Directory.CreateTempSubdirectory("behavior-kill-").FullName;
        var key = await Keys.CreateAsync(folder, "write");
        var random = new Random(20_261_124);
        var acknowledged = 0L;
        var batch = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var product = await ProductProcess.StartAsync(folder);
            using var http = new HttpClient { BaseAddress = product.Address, Timeout = TimeSpan.FromSeconds(60) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var stop = new CancellationTokenSource();
            var senders = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var mine = Interlocked.Increment(ref batch);
                    // A batch without an answer is sent again by the next life of the product, as clients do.
                    if (await SendAsync(http, mine)) Interlocked.Add(ref acknowledged, 50);
                    else lock (_unanswered) _unanswered.Add(mine);
                }
            })).ToList();
            await Task.Delay(random.Next(50, 700));
            await product.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(senders);
        }
        await using (var product = await ProductProcess.StartAsync(folder))
        {
            using var http = new HttpClient { BaseAddress = product.Address };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            foreach (var again in _unanswered)
            {
                Assert.True(await SendAsync(http, again));
                acknowledged += 50;
            }
            var kpis = await Keys.KpisAsync(folder);
            Assert.True(acknowledged > Kills * 50, $"Only {acknowledged} events were acknowledged: the test proved nothing.");
            Assert.Equal((acknowledged, acknowledged / 50), (kpis.GetProperty("events").GetInt64(), kpis.GetProperty("orders").GetInt64()));
            Assert.Equal(acknowledged / 50 * 3m, kpis.GetProperty("revenue").GetDecimal());
        }
        Directory.Delete(folder, recursive: true);
    }

    private readonly List<int> _unanswered = [];

    /// <summary>50 events: an order and 49 views.</summary>
    private static async Task<bool> SendAsync(HttpClient http, int batch)
    {
        var events = Enumerable.Range(0, 50).Select(i => $$"""
            {"type":"track","messageId":"{{batch}}-{{i}}","userId":"u{{(batch + i) % 97}}","event":"{{(i == 0 ? "Order Completed" : "Product Viewed")}}","properties":{"revenue":3,"product_id":"p{{i}}"} }
            """);
        using var body = new StringContent($$"""{"batch":[{{string.Join(',', events)}}]}""", Encoding.UTF8, "application/json");
        try
        {
            using var answer = await http.PostAsync(new Uri("v1/batch", UriKind.Relative), body);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
