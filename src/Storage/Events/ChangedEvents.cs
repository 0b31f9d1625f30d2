using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>Stored events that are about to be removed, or put back. Each question reads them all: ask only what is needed.</summary>
public sealed class ChangedEvents
{
    private readonly Session _session;
    private readonly string _rows;
    private readonly object? _arguments;

    /// <param name="rows">A select of at least occurred_at and user_id.</param>
    internal ChangedEvents(Session session, string rows, object? arguments) => (_session, _rows, _arguments) = (session, rows, arguments);

    /// <returns>Beginnings of the hours, in UTC, in which they lie.</returns>
    public Task<IReadOnlyList<DateTimeOffset>> HoursAsync() => _session.QueryAsync<DateTimeOffset>($"select distinct date_trunc('hour', occurred_at) from ({_rows}) r", _arguments);

    /// <returns>Keys they are stored under.</returns>
    public Task<IReadOnlyList<string>> KeysAsync() => _session.QueryAsync<string>($"select distinct user_id from ({_rows}) r where user_id <> ''", _arguments);
}
