using BehaviorDashboard.Look;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Catalog.Pages;

public sealed partial class Products
{
    private const string DefaultRange = "30d";
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _loading;
    private ProductPage? _page;
    private ProductTotals? _totals;
    private DateTimeOffset? _asOf;
    private string? _problem;
    private string _typed = "";

    [SupplyParameterFromQuery(Name = "q")] public string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "sort")] public string? SortGiven { get; set; }

    [SupplyParameterFromQuery(Name = "after")] public string? After { get; set; }

    // Read so that the page loads again when only the range changes.
    [SupplyParameterFromQuery(Name = "range")] public string? RangeGiven { get; set; }

    [SupplyParameterFromQuery(Name = "from")] public string? FromGiven { get; set; }

    [SupplyParameterFromQuery(Name = "to")] public string? ToGiven { get; set; }

    private string Sort => SortGiven is not null && ProductQuery.Sorts.Contains(SortGiven) ? SortGiven : ProductQuery.Sorts[0];

    private string? Lead => _totals is null ? null : (string)Text["Lead", Format.Number(_totals.Products), Format.Number(_totals.Units)]!;

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <summary>A newer filter replaces a question still running.</summary>
    protected override async Task OnParametersSetAsync()
    {
        _typed = Query ?? "";
        if (_loading is not null) await _loading.CancelAsync();
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        _loading = mine;
        try
        {
            var range = RangeState.From(Nav.Uri, Clock, DefaultRange).Range;
            var page = await Service.PageAsync(new ProductQuery { Text = _typed, Sort = Sort, After = After }, range, mine.Token);
            var totals = await Service.TotalsAsync(_typed, range, mine.Token);
            (_page, _totals, _asOf, _problem) = (page, totals, Clock.Now, null);
        }
        catch (OperationCanceledException)
        {
            // Another filter was chosen, or the page was left.
        }
        catch (StoreUnavailableException problem)
        {
            _problem = problem.Message;
        }
        finally
        {
            if (_loading == mine) _loading = null;
        }
    }

    private void Search() => Nav.NavigateTo(With(("q", _typed.Trim() is { Length: > 0 } q ? q : null), ("after", null)));

    private string With(params (string Name, string? Value)[] changes) => Nav.GetUriWithQueryParameters(changes.ToDictionary(c => c.Name, c => (object?)c.Value));
}
