using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using BehaviorDashboard.Segments;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Rendering;

namespace BehaviorDashboard.Recommendations.Pages;

/// <summary>What is bought together, which categories go together, and what people search.</summary>
public sealed partial class Baskets
{
    private const string DefaultRange = "12m";
    private const int Short = 20, ShownTerms = 30;
    private static readonly string[] Sorts = ["top", "zero", "converting"];

    private ReportWatch<RangeKey, InsightReport> _watch = null!;
    private InsightReport? _report;
    private ChartModel? _heat;
    private bool _all;

    // Read so that the page loads again when only the range changes.
    [SupplyParameterFromQuery(Name = "range")] public string? RangeGiven { get; set; }

    [SupplyParameterFromQuery(Name = "from")] public string? FromGiven { get; set; }

    [SupplyParameterFromQuery(Name = "to")] public string? ToGiven { get; set; }

    [SupplyParameterFromQuery(Name = "terms")] public string? SortGiven { get; set; }

    private string Sort => SortGiven is not null && Sorts.Contains(SortGiven) ? SortGiven : Sorts[0];

    private string? Lead => _report is null ? null : _report.Rules.Count == 0 ? (string)Text["BasketsLeadNone", Format.Number(_report.Orders)]!
        : (string)Text["BasketsLead", Format.Number(_report.Orders), _report.Titles[_report.Rules[0].If], _report.Titles[_report.Rules[0].Then], Format.Number(_report.Rules[0].Lift.Value, 1)]!;

    private IReadOnlyList<SearchTerm> Terms => _report is null ? [] :
    [
        .. (Sort switch
        {
            "zero" => _report.Terms.Where(t => t.WithoutResult > 0).OrderByDescending(t => t.WithoutResult),
            "converting" => _report.Terms.Where(t => t.Ordered > 0).OrderByDescending(t => t.Conversion.Low),
            _ => _report.Terms.OrderByDescending(t => t.Searches),
        }).Take(ShownTerms),
    ];

    protected override void OnInitialized() => _watch = new ReportWatch<RangeKey, InsightReport>(Service.Reports, Clock, () => InvokeAsync(() =>
    {
        _watch.Look();
        Take();
        StateHasChanged();
    }));

    protected override void OnParametersSet()
    {
        _watch.Show(RangeState.From(Nav.Uri, Clock, DefaultRange).Kept);
        Take();
    }

    public void Dispose() => _watch.Dispose();

    private void Take()
    {
        if (ReferenceEquals(_report, _watch.Report)) return;
        _report = _watch.Report;
        _heat = _report is { Categories.Count: > 1 } ? Heat(_report) : null;
    }

    private ChartModel Heat(InsightReport report)
    {
        var lifts = report.Affinity.ToDictionary(p => (p.One, p.Other), p => p.Lift);
        double? Lift(string a, string b) => a != b && (lifts.GetValueOrDefault((a, b)) ?? lifts.GetValueOrDefault((b, a))) is { } lift ? Math.Round(lift, 2) : null;
        return Charts.Heatmap(Text["Category"], report.Categories, report.Categories, [.. report.Categories.Select(row => (IReadOnlyList<double?>)[.. report.Categories.Select(column => Lift(row, column))])]);
    }

    /// <summary>A button that makes a segment of whoever did it and opens it.</summary>
    private RenderFragment Make(string name, string? product = null, string? query = null) => builder =>
    {
        builder.OpenComponent<AuthorizeView>(0);
        builder.AddAttribute(1, nameof(AuthorizeView.Policy), Access.EditSegments);
        builder.AddAttribute(2, nameof(AuthorizeView.ChildContent), (RenderFragment<AuthenticationState>)(_ => inner => Button(inner, name, InsightService.RuleFor(product, query: query))));
        builder.CloseComponent();
    };

    private void Button(RenderTreeBuilder builder, string name, Rule rule)
    {
        builder.OpenElement(0, "button");
        builder.AddAttribute(1, "type", "button");
        builder.AddAttribute(2, "class", "bd-link bd-in-table");
        builder.AddAttribute(3, "disabled", !RendererInfo.IsInteractive);
        builder.AddAttribute(4, "onclick", EventCallback.Factory.Create(this, () => SegmentAsync(name, rule)));
        builder.AddContent(5, Text["InSegment"]);
        builder.CloseElement();
    }

    private async Task SegmentAsync(string name, Rule rule)
    {
        var made = await Segments.CreateAsync(new SegmentDraft(name.Length > 120 ? name[..120] : name, "", rule));
        if (made.Segment is { } segment) Nav.NavigateTo($"segments/{segment.Id}");
    }
}
