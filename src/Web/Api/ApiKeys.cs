using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Nodes;

namespace BehaviorDashboard.Api;

/// <summary>
/// Makes, finds and revokes API keys. A found key is remembered for a few seconds: a key revoked here is refused at once, and on
/// other nodes as soon as they hear of it, at the latest within that time.
/// </summary>
internal sealed class ApiKeys : IApiKeys
{
    private const string Revoked = "key.revoked";

    internal static readonly TimeSpan Remembered = TimeSpan.FromSeconds(3);
    private const int MostRemembered = 10_000;
    private readonly ConcurrentDictionary<string, Entry> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    private readonly ApiKeyStore _store;
    private readonly IAuditLog _audit;
    private readonly NodeNews _news;
    private readonly TimeProvider _time;

    public ApiKeys(ApiKeyStore store, IAuditLog audit, NodeNews news, TimeProvider time)
    {
        (_store, _audit, _news, _time) = (store, audit, news, time);
        news.Listen(Revoked, id => _known.TryRemove(id, out _));
    }

    private sealed record Entry(ApiKey? Key, byte[] Hash, DateTimeOffset Until);

    public static IReadOnlyList<string> Scopes { get; } = [Access.ScopeWrite, Access.ScopeRead, Access.ScopeAdmin];

    public async ValueTask<ApiKey?> FindAsync(string presented, CancellationToken cancel)
    {
        if (ApiKeySecret.Parse(presented) is not { } secret) return null;
        var now = _time.GetUtcNow();
        if (!_known.TryGetValue(secret.Id, out var entry) || entry.Until <= now) entry = await ReadAsync(secret.Id, now, cancel);
        if (entry.Key is null || !CryptographicOperations.FixedTimeEquals(entry.Hash, secret.Hash)) return null;
        _used[secret.Id] = now;
        return entry.Key;
    }

    /// <returns>The key's public part, and the whole key, which is not kept.</returns>
    public async Task<(ApiKey Key, string Presented)> CreateAsync(string name, IReadOnlyCollection<string> scopes, string createdBy, CancellationToken cancel)
    {
        if (scopes.Count == 0 || scopes.Any(s => !Scopes.Contains(s))) throw new ArgumentException("Scopes are write, read and admin.", nameof(scopes));
        var (id, presented, hash) = ApiKeySecret.New();
        var row = new ApiKeyRow(id, name.Trim(), string.Join(' ', scopes.Order(StringComparer.Ordinal)), Convert.ToHexStringLower(hash), _time.GetUtcNow(), createdBy, null, null);
        await _store.InsertAsync(row, cancel);
        _known.TryRemove(id, out _);
        await _audit.RecordAsync(new AuditEntry("key.created", id, JsonSerializer.Serialize(new { row.Name, row.Scopes })), cancel);
        return (KeyOf(row), presented);
    }

    public Task<IReadOnlyList<ApiKeyRow>> ListAsync(CancellationToken cancel) => _store.ListAsync(cancel);

    /// <returns>False when there is no such key, or it was revoked before.</returns>
    public async Task<bool> RevokeAsync(string id, CancellationToken cancel)
    {
        if (!await _store.RevokeAsync(id, _time.GetUtcNow(), cancel)) return false;
        _known.TryRemove(id, out _);
        _news.Tell(Revoked, id);
        await _audit.RecordAsync(new AuditEntry("key.revoked", id), cancel);
        return true;
    }

    /// <summary>Writes down when keys were last used; one transaction for all of them.</summary>
    public async Task SaveLastUsedAsync(CancellationToken cancel)
    {
        var uses = _used.Keys.Select(id => (Found: _used.TryRemove(id, out var at), Id: id, At: at)).Where(u => u.Found).Select(u => (u.Id, u.At)).ToList();
        if (uses.Count > 0) await _store.SaveLastUsedAsync(uses, cancel);
    }

    private async Task<Entry> ReadAsync(string id, DateTimeOffset now, CancellationToken cancel)
    {
        var row = await _store.FindAsync(id, cancel);
        var entry = row is null || row.RevokedAt is not null
            ? new Entry(null, [], now + Remembered)
            : new Entry(KeyOf(row), Convert.FromHexString(row.SecretHash), now + Remembered);
        // Made-up ids must not fill the memory.
        if (_known.Count >= MostRemembered) _known.Clear();
        return _known[id] = entry;
    }

    /// <summary>An admin key may also read and write.</summary>
    private static ApiKey KeyOf(ApiKeyRow row)
    {
        var scopes = row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new ApiKey(row.Id, row.Name, (scopes.Contains(Access.ScopeAdmin) ? Scopes : scopes).ToFrozenSet(StringComparer.Ordinal));
    }
}
