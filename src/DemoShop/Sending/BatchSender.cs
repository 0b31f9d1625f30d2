using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Channels;

namespace BehaviorDashboard.DemoShop;

/// <summary>The API refused what was sent for good: trying again would not help.</summary>
public sealed class DemoRefusedException(string message) : Exception(message);

/// <summary>
/// Sends events to <c>POST /v1/batch</c> as any shop would: gzip, batches within the API's limits, again after a 429 or a
/// failure. Every event keeps its message id, so a batch that arrived twice counts once.
/// </summary>
public sealed class BatchSender : IAsyncDisposable
{
    public const int MostEvents = 500;
    private const int MostBytes = 400_000;
    private const int InFlight = 20;
    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue _key;
    private readonly TimeProvider _time;
    private readonly SegmentJson _json;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 19);
    private readonly Channel<(byte[] Body, int Events)> _ready = Channel.CreateBounded<(byte[], int)>(InFlight);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _senders;
    private int _packed;
    private long _posted;
    private long _sent;
    private Exception? _failure;

    public BatchSender(HttpClient http, string writeKey, DemoWorld world, string currency, TimeProvider time)
    {
        (_http, _time) = (http, time);
        _key = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(writeKey + ":")));
        _json = new SegmentJson(world, currency, _buffer);
        _senders = [.. Enumerable.Range(0, InFlight).Select(_ => Task.Run(SendReadyAsync))];
    }

    /// <summary>Events the API has taken.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Puts an event into the next batch; waits while too many batches are on their way.</summary>
    public async ValueTask PostAsync(DemoEvent e, CancellationToken cancel)
    {
        if (_packed == 0) _json.Open();
        _json.Event(e);
        if (++_packed >= MostEvents || _json.Written >= MostBytes) await PackAsync(cancel);
    }

    /// <summary>Returns when everything posted has been taken.</summary>
    /// <exception cref="DemoRefusedException">The API will not take it.</exception>
    public async Task FlushAsync(CancellationToken cancel)
    {
        if (_packed > 0) await PackAsync(cancel);
        while (Sent < _posted)
        {
            if (_failure is not null) throw new DemoRefusedException(_failure.Message);
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ready.Writer.TryComplete();
        await _stop.CancelAsync();
        await Task.WhenAll(_senders);
        _json.Dispose();
        _stop.Dispose();
    }

    private async Task PackAsync(CancellationToken cancel)
    {
        _json.Close();
        var body = Compress(_buffer.WrittenSpan);
        var events = _packed;
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _packed = 0;
        _posted += events;
        try
        {
            await _ready.Writer.WriteAsync((body, events), cancel);
        }
        catch (ChannelClosedException)
        {
            throw new DemoRefusedException(_failure!.Message);
        }
    }

    private async Task SendReadyAsync()
    {
        try
        {
            await foreach (var (body, events) in _ready.Reader.ReadAllAsync(_stop.Token))
            {
                await SendAsync(body, _stop.Token);
                Interlocked.Add(ref _sent, events);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (DemoRefusedException refused)
        {
            _failure = refused;
            _ready.Writer.TryComplete(refused);
        }
    }

    private async Task SendAsync(byte[] body, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "v1/batch");
                request.Headers.Authorization = _key;
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Content.Headers.ContentEncoding.Add("gzip");
                using var response = await _http.SendAsync(request, cancel);
                if (response.IsSuccessStatusCode) return;
                var retry = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)response.StatusCode >= 500;
                if (!retry) throw new DemoRefusedException($"The demo shop's events were refused: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancel)}");
                pause = response.Headers.RetryAfter switch
                {
                    { Delta: { } delta } => delta,
                    { Date: { } date } => date - _time.GetUtcNow(),
                    _ => Backoff(attempt),
                };
            }
            catch (HttpRequestException)
            {
                pause = Backoff(attempt);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                pause = Backoff(attempt);
            }
            await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(50), _time, cancel);
        }
    }

    private static TimeSpan Backoff(int attempt) => TimeSpan.FromMilliseconds(Math.Min(10_000, 200 * Math.Pow(2, Math.Min(attempt, 10))));

    private static byte[] Compress(ReadOnlySpan<byte> json)
    {
        using var packed = new MemoryStream(json.Length / 6);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(json);
        return packed.ToArray();
    }
}
