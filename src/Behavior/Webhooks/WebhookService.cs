using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Webhooks;

/// <summary>
/// Tells receivers outside what happened. A slice puts a message into the outbox in the transaction of the change itself,
/// so that none is lost and none is told of what was rolled back; the sender delivers it at least once.
/// </summary>
public sealed class WebhookService
{
    private readonly WebhookStore _store;
    private readonly IDataProtector _protector;
    private readonly IAuditLog _audit;
    private readonly WebhooksOptions _options;
    private readonly TimeProvider _time;

    internal WebhookService(WebhookStore store, IDataProtectionProvider protection, IAuditLog audit, IOptions<WebhooksOptions> options, TimeProvider time, ILogger<Signal> logger)
    {
        (_store, _protector, _audit, _options, _time) = (store, protection.CreateProtector("Webhooks"), audit, options.Value, time);
        Changed = new Signal(time, logger);
    }

    /// <summary>Messages came or were settled.</summary>
    public Signal Changed { get; }

    /// <param name="owner">What the receiver is told of, such as <c>segment:5</c>.</param>
    public async Task<WebhookAdded> AddAsync(string owner, string url, CancellationToken cancel = default)
    {
        if (AddressGuard.Problem(url, _options) is { } problem) return new WebhookAdded(null, null, problem);
        var secret = WebhookSignature.NewSecret();
        var id = await _store.AddAsync(owner, url, _protector.Protect(secret), _time.GetUtcNow(), cancel);
        await _audit.RecordAsync(new AuditEntry("webhook.added", $"{owner} webhook:{id.ToString(CultureInfo.InvariantCulture)}"), cancel);
        return new WebhookAdded(await FindAsync(id, cancel), secret, null);
    }

    public async Task RemoveAsync(WebhookEndpoint endpoint, CancellationToken cancel = default)
    {
        await _store.RemoveAsync(endpoint.Id, cancel);
        await _audit.RecordAsync(new AuditEntry("webhook.removed", $"{endpoint.Owner} webhook:{endpoint.Id.ToString(CultureInfo.InvariantCulture)}"), cancel);
        Changed.Raise();
    }

    public Task<IReadOnlyList<WebhookEndpoint>> EndpointsAsync(string owner, CancellationToken cancel = default) => _store.EndpointsAsync(owner, 0, cancel);

    public async Task<WebhookEndpoint?> FindAsync(int id, CancellationToken cancel = default) => await _store.EndpointsAsync("", id, cancel) is [var endpoint] ? endpoint : null;

    /// <summary>The newest messages of a receiver, each with its last attempt.</summary>
    /// <param name="state">waiting, delivered or dead; null: all.</param>
    public Task<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(int endpoint, string? state, int limit, CancellationToken cancel = default) => _store.DeliveriesAsync(endpoint, state ?? "", limit, cancel);

    /// <summary>Tries messages again that were given up, from the first attempt on.</summary>
    /// <param name="messageId">Null: all of the receiver.</param>
    /// <returns>How many.</returns>
    public async Task<int> SendAgainAsync(WebhookEndpoint endpoint, string? messageId, CancellationToken cancel = default)
    {
        var count = await _store.AgainAsync(endpoint.Id, messageId ?? "", _time.GetUtcNow(), cancel);
        await _audit.RecordAsync(new AuditEntry("webhook.resent", $"{endpoint.Owner} webhook:{endpoint.Id.ToString(CultureInfo.InvariantCulture)}"), cancel);
        Changed.Raise();
        return count;
    }

    /// <summary>Everything somebody wants to be told of, read in the caller's transaction.</summary>
    public static Task<IReadOnlyList<string>> OwnersAsync(Session session) => WebhookStore.OwnersAsync(session);

    /// <summary>Puts a message for every receiver of the owner into the outbox, in the caller's transaction. Raise <see cref="Changed"/> after the commit.</summary>
    public Task EnqueueAsync(Session session, string owner, WebhookMessage message)
    {
        var now = _time.GetUtcNow();
        var id = message.Key is null ? Guid.CreateVersion7(now).ToString("N") : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner + "\n" + message.Key)))[..32];
        return WebhookStore.AddAsync(session, owner, "msg_" + id, message, now);
    }

    internal string Secret(DueMessage message) => _protector.Unprotect(message.Secret);
}
