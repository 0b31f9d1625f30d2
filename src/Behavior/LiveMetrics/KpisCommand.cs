using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.LiveMetrics;

/// <summary><c>kpis --from day --to day [--json]</c>: shop days, both included.</summary>
internal sealed class KpisCommand(KpiService kpis, ShopClock clock) : ICommand
{
    public string Name => "kpis";

    public string Summary => "Print the KPIs of a range of shop days: kpis --from 2026-01-01 --to 2026-01-31 [--json]";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, ["--json"], ["--from", "--to"], out var problem);
        if (line is null || !KpiJson.TryRange(clock, line.Value("--from"), line.Value("--to"), out var range, out problem))
        {
            await errors.WriteLineAsync(problem);
            return 2;
        }
        var report = await kpis.ReportAsync(range, compare: false, cancel);
        if (line.Has("--json"))
        {
            await output.WriteLineAsync(KpiJson.Write(report, clock));
            return 0;
        }
        var (v, c) = (report.Now, CultureInfo.InvariantCulture);
        await output.WriteLineAsync(string.Create(c, $"{clock.DateOf(range.From):yyyy-MM-dd} to {clock.DateOf(range.To.AddTicks(-1)):yyyy-MM-dd} ({report.TimeZone})"));
        await output.WriteLineAsync(string.Create(c, $"revenue {v.Revenue:N2} {report.Currency} (gross {v.GrossRevenue:N2}, refunds {v.Refunds:N2}, adjustments {v.Adjustments:N2})"));
        await output.WriteLineAsync(string.Create(c, $"{v.Orders:N0} orders of {v.Customers:N0} customers, {v.Units:N0} units, average {v.Aov:N2}"));
        await output.WriteLineAsync(string.Create(c, $"{v.Events:N0} events, {v.ActivePeople:N0} people, {v.Sessions:N0} sessions, conversion {v.Conversion:P2}, cart abandonment {v.CartAbandonment:P1}"));
        await output.WriteLineAsync(string.Create(c, $"{v.Searches:N0} searches, {v.ZeroResultSearches:N0} without result"));
        return 0;
    }
}
