using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Recommendations.Pages;

/// <summary>Sliders of a strategy, and what they would have done for people of the last days.</summary>
public sealed partial class PolicyPage
{
    private static readonly Slider[] _sliders =
    [
        new("margin", p => p.Margin, (p, v) => p with { Margin = v }), new("stock", p => p.Stock, (p, v) => p with { Stock = v }),
        new("diversity", p => p.Diversity, (p, v) => p with { Diversity = v }), new("fresh", p => p.Fresh, (p, v) => p with { Fresh = v }),
    ];

    private IReadOnlyList<Strategy> _strategies = [];
    private Strategy? _strategy;
    private RankingPolicy _draft = new();
    private PolicyEffect? _before;
    private PolicyEffect? _after;
    private IReadOnlyList<string> _problems = [];
    private CancellationTokenSource? _trying;
    private string _name = "";
    private bool _tried;
    private bool _busy;
    private bool _saved;

    private sealed record Slider(string Name, Func<RankingPolicy, double> Get, Func<RankingPolicy, double, RankingPolicy> Set);

    [SupplyParameterFromQuery(Name = "strategy")] public int? StrategyGiven { get; set; }

    public void Dispose()
    {
        _trying?.Cancel();
        _trying?.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        _strategies = await Book.StrategiesAsync();
        var asked = _strategies.FirstOrDefault(s => s.Id == StrategyGiven) ?? _strategies.First(s => s.IsDefault);
        if (asked.Id == _strategy?.Id && asked.Version == _strategy.Version) return;
        Take(asked);
        if (!RendererInfo.IsInteractive) return;
        _before = await Lab.TryAsync(asked.Policy);
        (_after, _tried) = (_before, true);
    }

    private void Take(Strategy strategy) => (_strategy, _draft, _name, _problems) = (strategy, strategy.Policy, strategy.Name, []);

    private Task SlideAsync(Slider slider, ChangeEventArgs e) =>
        double.TryParse(e.Value?.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? ChangedAsync(slider.Set(_draft, value)) : Task.CompletedTask;

    private Task NumberAsync(ChangeEventArgs e, Func<int, RankingPolicy> change) =>
        int.TryParse(e.Value?.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? ChangedAsync(change(value)) : Task.CompletedTask;

    /// <summary>Waits for a pause in the sliding, then tries; a newer change cancels an older trial.</summary>
    private async Task ChangedAsync(RankingPolicy draft)
    {
        (_draft, _saved, _problems) = (draft, false, draft.Problems());
        if (_problems.Count > 0) return;
        if (_trying is not null) await _trying.CancelAsync();
        _trying?.Dispose();
        _trying = new CancellationTokenSource();
        var cancel = _trying.Token;
        try
        {
            _busy = true;
            await Task.Delay(200, cancel);
            _after = await Lab.TryAsync(draft, cancel);
            _busy = false;
        }
        catch (OperationCanceledException)
        {
            // Slid on: the newer trial answers.
        }
    }

    private async Task SaveAsync()
    {
        _problems = await Book.SaveStrategyAsync(_strategy!, _name, _draft, Audit);
        if (_problems.Count > 0) return;
        _strategies = await Book.StrategiesAsync();
        Take(_strategies.First(s => s.Id == _strategy!.Id));
        (_before, _saved) = (_after, true);
    }

    private async Task SaveAsAsync()
    {
        var (id, problems) = await Book.AddStrategyAsync(_name == _strategy!.Name ? _name + " 2" : _name, _draft, Audit);
        _problems = problems;
        if (id is not null) Nav.NavigateTo($"recommendations/policy?strategy={id}");
    }

    private async Task UseAsync()
    {
        await Book.UseStrategyAsync(_strategy!.Id, Audit);
        _strategies = await Book.StrategiesAsync();
        Take(_strategies.First(s => s.Id == _strategy.Id));
    }

    private IEnumerable<(string Key, string Before, string After, string Change)> Rows(PolicyEffect before, PolicyEffect after)
    {
        yield return ("ndcg", Format.Number(before.Ndcg, 4), Format.Number(after.Ndcg, 4), Format.Change(after.Ndcg, before.Ndcg));
        yield return ("coverage", Format.Percent(before.Coverage), Format.Percent(after.Coverage), Format.Change(after.Coverage, before.Coverage));
        yield return ("margin", Format.Money((decimal?)before.Margin), Format.Money((decimal?)after.Margin), Format.Change(after.Margin, before.Margin));
        yield return ("stockouts", Format.Percent(before.StockOuts, 2), Format.Percent(after.StockOuts, 2), Format.Change(after.StockOuts, before.StockOuts));
        yield return ("categories", Format.Number(before.Categories, 1), Format.Number(after.Categories, 1), Format.Change(after.Categories, before.Categories));
    }

    private static string Invariant(double value) => value.ToString(CultureInfo.InvariantCulture);
}
