using System.Globalization;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.FeedbackRules.Pages;

/// <summary>What was done to the shop, by rules and by hand; what waits for approval first.</summary>
public sealed partial class Ledger
{
    private const int PageSize = 100;
    private static readonly string[] Statuses = ["waiting", "queued", "done", "undone", "declined", "refused", "failed", "shadow"];

    private IReadOnlyList<LedgerAction>? _lines;
    private IReadOnlyDictionary<string, RuleFiring> _firings = new Dictionary<string, RuleFiring>();
    private ILookup<string, LedgerComment> _comments = Array.Empty<LedgerComment>().ToLookup(c => c.ActionId);
    private IReadOnlySet<(string Target, string ObjectId)> _follows = new HashSet<(string, string)>();
    private RuleSentence? _sentence;
    private Subscription? _changed;
    private string _who = "";

    [Inject] private LedgerService Service { get; set; } = null!;

    [Inject] private FeedbackRuleService Rules { get; set; } = null!;

    [Inject] private RuleWords Words { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IStringLocalizer<RulesText> Text { get; set; } = null!;

    [CascadingParameter] private Task<AuthenticationState>? Session { get; set; }

    [SupplyParameterFromQuery(Name = "target")] public string? Target { get; set; }

    [SupplyParameterFromQuery(Name = "object")] public string? ObjectId { get; set; }

    [SupplyParameterFromQuery(Name = "status")] public string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "firing")] public string? Firing { get; set; }

    [SupplyParameterFromQuery(Name = "before")] public string? Before { get; set; }

    private string? Lead => _lines is null ? null : (string)Text["LedgerLead", Format.Number((long)_lines.Count(l => l.Status == LedgerAction.Waiting)), Format.Number((long)_lines.Count(l => l.Status == LedgerAction.Done))]!;

    private IEnumerable<(string Key, IReadOnlyList<LedgerAction> Lines)> Groups =>
        (_lines ?? []).GroupBy(l => l.FiringId ?? l.Id).Select(g => (g.Key, (IReadOnlyList<LedgerAction>)[.. g.OrderBy(l => l.Step)]));

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive) _changed ??= Service.Changed.Subscribe(TimeSpan.FromSeconds(1), () => InvokeAsync(LoadAsync));
        if (Session is not null) _who = (await Session).User.Identity?.Name ?? "";
        await LoadAsync();
    }

    public void Dispose() => _changed?.Dispose();

    private async Task LoadAsync()
    {
        var before = DateTimeOffset.TryParse(Before, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : (DateTimeOffset?)null;
        var lines = Firing is { Length: > 0 } firing
            ? await Service.OfFiringAsync(firing)
            : await Service.PageAsync(new LedgerFilter(Empty(Target), Empty(ObjectId), 0, Empty(Status), before), PageSize);
        var firings = new Dictionary<string, RuleFiring>();
        foreach (var id in lines.Select(l => l.FiringId).OfType<string>().Distinct())
            if (await Service.FiringAsync(id) is { } found) firings[id] = found;
        var rules = await Rules.AllAsync();
        var fired = rules.Where(r => firings.Values.Any(f => f.RuleId == r.Id)).ToDictionary(r => r.Id, r => r.Read());
        _sentence = await Words.ForAsync(fired.Values, [.. lines.Select(l => (l.Target, l.ObjectId)), .. firings.Values.Where(f => fired.ContainsKey(f.RuleId)).Select(f => (fired[f.RuleId].When.Kpi.Source, (string?)f.ObjectId))]);
        _comments = (await Service.CommentsAsync(lines.Select(l => l.Id))).ToLookup(c => c.ActionId);
        _follows = await Service.FollowsAsync(_who);
        (_firings, _lines) = (firings, lines);
        StateHasChanged();
    }

    private void Go(string name, string? value) => Nav.NavigateTo(Nav.GetUriWithQueryParameters(new Dictionary<string, object?> { [name] = Empty(value), ["before"] = null, ["firing"] = null }));

    private static string? Empty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
