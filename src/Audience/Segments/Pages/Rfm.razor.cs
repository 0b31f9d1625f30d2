using System.Globalization;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Segments.Pages;

/// <summary>Who buys lately, often and much; and who moved.</summary>
public sealed partial class Rfm
{
    private static readonly int[] Choices = [30, 90, 365];

    private ReportWatch<RfmQuestion, RfmReport> _watch = null!;
    private RfmReport? _report;
    private ChartModel? _grid;
    private ChartModel? _flow;
    private DateOnly _day;
    private string _key = "";
    private string? _problem;
    private bool _gone;

    [Inject] private RfmService Service { get; set; } = null!;

    [Inject] private SegmentService Segments { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IStringLocalizer<SegmentsText> Text { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "on")] public string? On { get; set; }

    [SupplyParameterFromQuery(Name = "days")] public int? DaysGiven { get; set; }

    private int Days => DaysGiven is > 0 and <= RuleCheck.MaxDays ? DaysGiven.Value : 90;

    private string? Lead => _report is { People: > 0, Revenue: > 0 } report
        ? (string)Text["Rfm.Lead", Format.Number(report.People), Format.Percent((double)report.Cells.Where(c => c.Group == "champions").Sum(c => c.People) / report.People), Format.Percent((double)(report.Cells.Where(c => c.Group == "champions").Sum(c => c.Revenue) / report.Revenue))]! : null;

    protected override void OnInitialized() => _watch = new ReportWatch<RfmQuestion, RfmReport>(Service.Reports, Clock, () => InvokeAsync(() =>
    {
        _watch.Look();
        Take();
        StateHasChanged();
    }));

    protected override Task OnParametersSetAsync() => LoadAsync();

    public void Dispose()
    {
        _gone = true;
        _watch.Dispose();
    }

    private async Task LoadAsync()
    {
        _day = DateOnly.TryParseExact(On, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1970 and < 2100 ? day : await Service.LastDayAsync();
        var asked = await Service.AskAsync(_day, Days);
        if (_gone) return;
        _watch.Show(asked);
        Take();
    }

    private void Take()
    {
        if (ReferenceEquals(_report, _watch.Report)) return;
        _report = _watch.Report;
        if (_report is null) return;
        _key = $"{_day:O}/{Days}/{_report.Scale.Version}";
        _grid = Grid(_report);
        _flow = Flow(_report);
    }

    private void Choose(ChangeEventArgs change) => Nav.NavigateTo(Nav.GetUriWithQueryParameter("on", change.Value as string));

    /// <summary>So many days after the day looked at, as a field holds it; nothing before it is known.</summary>
    private string Typed(int days) => _day == default ? "" : _day.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private void ChooseSince(ChangeEventArgs change)
    {
        if (DateOnly.TryParseExact(change.Value as string, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var since) && since <= _day) Nav.NavigateTo(Nav.GetUriWithQueryParameter("days", _day.DayNumber - since.DayNumber + 1));
    }

    private async Task AudienceAsync(string group)
    {
        var made = await Segments.OfGroupAsync(new GroupRule("rfm", group), Text["G." + group]);
        _problem = made.Problems.Count > 0 ? string.Join(" ", made.Problems.Select(p => $"{Text["Problem." + p.Code]} {p.Detail}")) : null;
        if (made.Segment is { } segment) Nav.NavigateTo($"segments/{segment.Id}");
    }

    private ChartModel Grid(RfmReport report)
    {
        int[] scores = [1, 2, 3, 4, 5];
        return Charts.Heatmap(Text["Rfm.R"], [.. scores.Select(f => (string)Text["Rfm.FScore", f])], [.. scores.Reverse().Select(r => (string)Text["Rfm.RScore", r])],
            [.. scores.Reverse().Select(r => (IReadOnlyList<double?>)[.. scores.Select(f => (double?)report.Cells.Where(c => c.R == r && c.F == f).Sum(c => c.People))])], figures: true);
    }

    private ChartModel Flow(RfmReport report)
    {
        string Name(string? group) => Text[group is null ? "Rfm.NewCustomers" : "G." + group];
        return Charts.Flow(Text["Rfm.From"], Text["Rfm.To"], Text["People"], [.. RfmGroups.All.Append(null).Select(Name)], [.. report.Moves.Select(m => (Name(m.From), Name(m.To), m.People))]);
    }
}
