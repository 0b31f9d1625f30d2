using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Webhooks;

/// <summary>What became of one attempt.</summary>
/// <param name="Status">Of the answer; null where there was none.</param>
internal sealed record SendResult(int? Status, TimeSpan Took, string? Problem, TimeSpan? Wait = null)
{
    public bool IsDelivered => Status is >= 200 and < 300;

    /// <summary>The receiver wants nothing more.</summary>
    public bool IsGone => Status == (int)HttpStatusCode.Gone;
}

/// <summary>
/// Delivers the outbox at least once: in order for each receiver, several receivers side by side, again after growing
/// waits, and on from where it stood after a restart. One node sends, so that order holds.
/// </summary>
internal sealed class WebhookSender(WebhookStore store, WebhookService webhooks, IOptions<WebhooksOptions> options, Node node, TimeProvider time, ILogger<WebhookSender> logger) : BackgroundService
{
    private const int AtOnce = 64;
    private static readonly ProductInfoHeaderValue Agent = new("BehaviorDashboard", "1");

    private readonly WebhooksOptions _options = options.Value;
    private readonly HttpClient _http = new(AddressGuard.Handler(options.Value)) { Timeout = Timeout.InfiniteTimeSpan };
    private DateTimeOffset _forgotten;

    /// <summary>One attempt for every message that is due.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> SendDueAsync(CancellationToken cancel = default)
    {
        var due = await store.DueAsync(time.GetUtcNow(), AtOnce, cancel);
        var sent = 0;
        await Parallel.ForEachAsync(due.GroupBy(m => m.EndpointId), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancel }, async (messages, stop) =>
        {
            foreach (var message in messages)
            {
                var now = time.GetUtcNow();
                if (!await store.ClaimAsync(message, now, now.AddSeconds(_options.TimeoutSeconds * 2 + 5), stop))
                {
                    if (message.InOrder) break;
                    continue;
                }
                Interlocked.Increment(ref sent);
                if (!await DeliverAsync(message, stop)) break;
            }
        });
        if (sent > 0) webhooks.Changed.Raise();
        return sent;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        do
        {
            try
            {
                while (await SendDueAsync(stoppingToken) == AtOnce) { }
                if (_forgotten.AddDays(1) < time.GetUtcNow())
                {
                    _forgotten = time.GetUtcNow();
                    await store.ForgetAsync(_forgotten.AddDays(-_options.KeptDays));
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                logger.LogError(problem, "Webhooks could not be sent; they wait.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <returns>Whether the next may be sent: not to a receiver that is gone, nor past a message that others stand behind.</returns>
    private async Task<bool> DeliverAsync(DueMessage message, CancellationToken cancel)
    {
        var result = await PostAsync(message, cancel);
        var attempt = message.Attempts + 1;
        var state = result.IsDelivered ? "delivered" : result.IsGone || attempt >= _options.Attempts ? "dead" : "waiting";
        var now = time.GetUtcNow();
        // What was sent is settled even while the product stops.
        await store.SettleAsync(message, state, result, now, state == "waiting" ? now + Wait(attempt, result.Wait) : null);
        return !result.IsGone && !(message.InOrder && state == "waiting");
    }

    /// <summary>Twice as long each time, less up to half of it by chance so that receivers are not all met at once; never shorter than the receiver asked.</summary>
    internal TimeSpan Wait(int attempt, TimeSpan? asked)
    {
        var longest = TimeSpan.FromHours(_options.LongestWaitHours);
        var full = Math.Min(longest.TotalSeconds, _options.FirstWaitSeconds * Math.Pow(2, attempt - 1));
        var wait = TimeSpan.FromSeconds(full * (0.5 + RandomNumberGenerator.GetInt32(500_001) / 1_000_000.0));
        return asked is { } least && least > wait ? least < longest ? least : longest : wait;
    }

    private async Task<SendResult> PostAsync(DueMessage message, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var now = time.GetUtcNow();
            using var request = new HttpRequestMessage(HttpMethod.Post, message.Url) { Content = new StringContent(message.Body, Encoding.UTF8, "application/json") };
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue(Agent.Product!));
            request.Headers.Add(WebhookSignature.IdHeader, message.MessageId);
            request.Headers.Add(WebhookSignature.TimestampHeader, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(webhooks.Secret(message), message.MessageId, now, message.Body));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(_options.TimeoutSeconds));
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var asked = answer.Headers.RetryAfter?.Delta ?? answer.Headers.RetryAfter?.Date - now;
            return new SendResult((int)answer.StatusCode, Stopwatch.GetElapsedTime(started), answer.IsSuccessStatusCode ? null : answer.ReasonPhrase, asked);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new SendResult(null, Stopwatch.GetElapsedTime(started), $"No answer within {_options.TimeoutSeconds:0.#} s.");
        }
        catch (Exception problem) when (problem is HttpRequestException or CryptographicException or InvalidOperationException)
        {
            return new SendResult(null, Stopwatch.GetElapsedTime(started), (problem.InnerException ?? problem).Message);
        }
    }
}
