using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.ServiceDesk.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>Figures of the service desk that rules may watch.</summary>
internal sealed class ServiceKpis(ConversationStore store, ConversationService desk, IStringLocalizer<ServiceText> text) : IKpiSource
{
    private const int MostSteps = 500;

    public string Source => "service";

    public Signal? Changed => desk.Changed;

    public IReadOnlyList<WatchedKpi> Kpis => [new("open_conversations", () => text["Kpi.open_conversations"], "count", false), new("first_reply_hours", () => text["Kpi.first_reply_hours"], "number", false)];

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string search, int limit, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<WatchedObject>>([]);

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default) => kpi.Key switch
    {
        "open_conversations" => new KpiReading(await store.OpenAtAsync(at, cancel), at),
        "first_reply_hours" => ConversationStore.Median(await store.ReplyHoursAsync(at.AddDays(-7), at, cancel)) is { } hours ? new KpiReading(hours, at) : null,
        _ => null,
    };

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        var readings = new List<KpiReading>();
        for (var (at, n) = (range.From + step, 0); at <= range.To && n < MostSteps; at += step, n++)
            if (await ReadAsync(kpi, at, cancel) is { } reading) readings.Add(reading);
        return readings;
    }
}
