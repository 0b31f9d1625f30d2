using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using BehaviorDashboard.DemoShop;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.DemoShop;

/// <summary>The runner against an API that fails in every way an API may.</summary>
public sealed class DemoSendingTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 20, 13, 30, 0, TimeSpan.Zero);
    private static readonly DemoOptions Options = new() { BackfillDays = 70, Scale = 0.05, LiveLeadMinutes = 3 };
    private readonly string _folder = Directory.CreateTempSubdirectory("demo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_the_api_fails()
    {
        using var calm = new Api();
        await RunAsync(calm, Now);
        Directory.Delete(_folder, recursive: true);
        using var rough = new Api { Failing = true };
        await RunAsync(rough, Now);
        Assert.NotEmpty(calm.Ids);
        Assert.Equal(calm.Ids.Order(StringComparer.Ordinal), rough.Ids.Order(StringComparer.Ordinal));
        Assert.True(rough.Delivered > rough.Ids.Count, "The API was meant to get some batches twice.");
    }

    [Fact]
    public async Task A_second_start_sends_only_what_is_new()
    {
        using var api = new Api();
        await RunAsync(api, Now);
        var (ids, delivered) = (api.Ids.ToHashSet(), api.Delivered);
        await RunAsync(api, Now);
        Assert.Subset(api.Ids, ids);
        Assert.Equal(ids.Order(StringComparer.Ordinal), api.Ids.Order(StringComparer.Ordinal));
        Assert.True(api.Delivered - delivered < delivered / 10);
        await RunAsync(api, Now.AddDays(3));
        Assert.True(api.Ids.Count > ids.Count);
    }

    [Fact]
    public async Task Sending_the_whole_history_again_changes_nothing()
    {
        using var api = new Api();
        await RunAsync(api, Now);
        var (count, delivered) = (api.Ids.Count, api.Delivered);
        File.Delete(Path.Combine(_folder, "demo.json"));
        await RunAsync(api, Now);
        Assert.Equal(count, api.Ids.Count);
        Assert.Equal(2 * delivered, api.Delivered);
    }

    [Fact]
    public async Task Live_events_come_when_their_time_comes()
    {
        using var api = new Api();
        var time = new FakeTimeProvider(Now);
        using var stop = new CancellationTokenSource();
        var live = new TaskCompletionSource();
        var runner = new DemoShopRunner(Options, "USD", new Ids.ShopClock(time, TimeZoneInfo.Utc), time, _folder);
        using var http = Client(api);
        var running = runner.RunAsync(http, "key", null, p => { if (p.Phase == DemoPhase.Live) live.TrySetResult(); }, stop.Token);
        await live.Task;
        var before = api.Ids.Count;
        Assert.True(api.Latest <= Now);
        await WaitAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            return api.Ids.Count > before + 100;
        });
        Assert.True(api.Latest > Now);
        Assert.True(api.Latest <= time.GetUtcNow());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Batches_stay_within_the_limits_of_the_api()
    {
        using var api = new Api();
        await RunAsync(api, Now);
        Assert.InRange(api.LargestBatch, 400, 500);
        Assert.InRange(api.LargestBody, 1, 500_000);
    }

    [Fact]
    public async Task A_wrong_key_ends_the_run_with_the_reason()
    {
        using var api = new Api { Refuse = true };
        var refused = await Assert.ThrowsAsync<DemoRefusedException>(() => RunAsync(api, Now));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }

    private async Task RunAsync(Api api, DateTimeOffset now)
    {
        using var stop = new CancellationTokenSource();
        var time = new StillTime(now);
        var runner = new DemoShopRunner(Options, "USD", new Ids.ShopClock(time, TimeZoneInfo.Utc), time, _folder);
        using var http = Client(api);
        try
        {
            await runner.RunAsync(http, "key", null, p => { if (p.Phase == DemoPhase.Live) stop.Cancel(); }, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private static async Task WaitAsync(Func<bool> met)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!met()) await Task.Delay(10, limit.Token);
    }

    private static HttpClient Client(Api api) => new(api, disposeHandler: false) { BaseAddress = new Uri("http://demo.example.com/") };

    /// <summary>A clock that stands still while timers run.</summary>
    private sealed class StillTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class Api : HttpMessageHandler
    {
        private readonly Lock _lock = new();
        private int _requests;

        public bool Failing { get; init; }
        public bool Refuse { get; init; }
        public HashSet<string> Ids { get; } = [];
        public int Delivered { get; private set; }
        public int LargestBatch { get; private set; }
        public long LargestBody { get; private set; }
        public DateTimeOffset Latest { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // A dashboard without recommendations: the shop shows its pages without them.
            if (request.RequestUri!.AbsolutePath == "/v1/shop/recommendations") return new HttpResponseMessage(HttpStatusCode.NotFound);
            Assert.Equal("/v1/batch", request.RequestUri.AbsolutePath);
            Assert.Equal("Basic a2V5Og==", request.Headers.Authorization!.ToString());
            Assert.Equal("gzip", Assert.Single(request.Content!.Headers.ContentEncoding));
            if (Refuse) return new HttpResponseMessage(HttpStatusCode.Unauthorized);
            var turn = Interlocked.Increment(ref _requests) % 7;
            if (Failing && turn == 1) return new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromMilliseconds(20)) } };
            if (Failing && turn == 2) throw new HttpRequestException("connection refused");
            await using var body = new GZipStream(await request.Content.ReadAsStreamAsync(cancellationToken), CompressionMode.Decompress);
            using var json = new MemoryStream();
            await body.CopyToAsync(json, cancellationToken);
            Store(json);
            // Stored, but the answer is lost: the sender must send it again.
            if (Failing && turn == 3) throw new HttpRequestException("connection reset");
            return new HttpResponseMessage(HttpStatusCode.OK);
        }

        private void Store(MemoryStream json)
        {
            using var document = JsonDocument.Parse(json.ToArray());
            var batch = document.RootElement.GetProperty("batch");
            lock (_lock)
            {
                foreach (var e in batch.EnumerateArray())
                {
                    Ids.Add(e.GetProperty("messageId").GetString()!);
                    var at = e.GetProperty("timestamp").GetDateTimeOffset();
                    if (at > Latest) Latest = at;
                }
                Delivered += batch.GetArrayLength();
                LargestBatch = Math.Max(LargestBatch, batch.GetArrayLength());
                LargestBody = Math.Max(LargestBody, json.Length);
            }
        }
    }
}
