using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;
using MudBlazor;

namespace BehaviorDashboard.Segments.Pages;

/// <summary>Builds a rule and shows whom it holds for while it is built.</summary>
public sealed partial class SegmentEdit
{
    private const int GuardFactor = 2;
    private const int GuardPeople = 50;

    private EditNode _root = new();
    private EditOptions? _options;
    private ReportWatch<int, IReadOnlyList<string>>? _seen;
    private bool _gone;
    private Segment? _before;
    private RuleWords? _words;
    private AudiencePreview? _preview;
    private IReadOnlyList<RuleProblem> _problems = [];
    private CancellationTokenSource? _counting;
    private string _name = "";
    private string _description = "";
    private string? _sentence;
    private bool _loaded;
    private bool _busy;
    private bool _behind;
    private UnsavedDrafts? _drafts;
    private DateTimeOffset? _brought;

    [Inject] private SegmentService Service { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IJSRuntime Js { get; set; } = null!;

    [Inject] private IDialogService Asking { get; set; } = null!;

    [Inject] private IStringLocalizer<SegmentsText> Text { get; set; } = null!;

    [Inject] private SeenEvents Seen { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Parameter] public int? Id { get; set; }

    /// <summary>An earlier version to begin from.</summary>
    [SupplyParameterFromQuery(Name = "version")] public int? Version { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var all = await Service.AllAsync();
        _words = new RuleWords(Text, Format, all.ToDictionary(s => s.Id, s => s.Name), await Service.TermsAsync());
        _loaded = true;
        if (Id is { } id)
        {
            if (all.FirstOrDefault(s => s.Id == id) is not { } found) return;
            (_before, _name, _description) = (found, found.Name, found.Description);
            var start = Version is { } v && (await Service.VersionsAsync(id)).FirstOrDefault(x => x.Version == v) is { } older ? RuleJson.Read(older.Rule, out _)! : found.Read();
            _root = Root(start);
        }
        else _root.Children.Add(EditNode.Condition("did"));
        var terms = await Service.TermsAsync();
        if (_gone) return;
        _seen = new ReportWatch<int, IReadOnlyList<string>>(Seen.Names, Clock, () => InvokeAsync(() =>
        {
            _seen!.Look();
            _options = _options! with { Events = Names };
            StateHasChanged();
        }));
        _seen.Show(SeenEvents.Days);
        _options = new EditOptions([.. all.Where(s => s.Id != Id && s.Status != "archived")], Names, terms);
    }

    /// <summary>What may be chosen until the names of events are known is the two every shop has.</summary>
    private IReadOnlyList<string> Names => [OrderLines.Bought, OrderLines.Returned, .. _seen?.Report ?? []];

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_drafts is not null || _options is null) return;
        _drafts = new UnsavedDrafts(Js, Id);
        // Who chose an earlier version wants that one.
        if (Version is null && await _drafts.ReadAsync() is { } draft && draft.Version == (_before?.Version ?? 0) && RuleJson.Read(draft.Rule, out _) is { } rule)
            (_name, _description, _root, _brought) = (draft.Name, draft.Description, Root(rule), draft.When);
        StateHasChanged();
        await CountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _gone = true;
        _seen?.Dispose();
        _counting?.Cancel();
        _counting?.Dispose();
        if (_drafts is not null) await _drafts.DisposeAsync();
    }

    /// <summary>The builder always begins with a group.</summary>
    private static EditNode Root(Rule rule)
    {
        var root = EditNode.Of(rule);
        if (root.IsGroup) return root;
        var group = new EditNode();
        group.Children.Add(root);
        return group;
    }

    private Task KeepAsync() => _drafts is null ? Task.CompletedTask : _drafts.WriteAsync(new UnsavedDraft(_before?.Version ?? 0, _name, _description, RuleJson.Write(_root.ToRule()), Service.Now));

    private async Task DiscardAsync()
    {
        await _drafts!.DropAsync();
        Nav.Refresh(forceReload: true);
    }

    private async Task CancelAsync()
    {
        if (_drafts is not null) await _drafts.DropAsync();
        Nav.NavigateTo(Id is null ? "segments" : $"segments/{Id}");
    }

    private async Task ChangedAsync()
    {
        await KeepAsync();
        await CountAsync();
    }

    /// <summary>Waits for a pause in the typing, then counts; a newer change cancels an older count.</summary>
    private async Task CountAsync()
    {
        _counting?.Cancel();
        _counting?.Dispose();
        _counting = new CancellationTokenSource();
        var cancel = _counting.Token;
        var rule = _root.ToRule();
        try
        {
            _sentence = _words!.Sentence(rule);
            // What is shown belongs to the rule before this change.
            _behind = true;
            StateHasChanged();
            await Task.Delay(250, cancel);
            var problems = await Service.CheckAsync(Id, rule, cancel);
            var preview = problems.Count == 0 ? await Service.PreviewAsync(rule, Id, cancel) : null;
            cancel.ThrowIfCancellationRequested();
            (_problems, _preview, _behind) = (problems, preview, false);
            ShowSizes(preview);
            StateHasChanged();
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            // Somebody typed on: the newer count answers.
        }
    }

    private void ShowSizes(AudiencePreview? preview)
    {
        _options!.Sizes.Clear();
        if (preview is null) return;
        var conditions = Conditions(_root).ToList();
        for (var i = 0; i < conditions.Count; i++) _options.Sizes[conditions[i]] = conditions[i].Negated ? preview.Size.Of - preview.Size.Conditions[i] : preview.Size.Conditions[i];
    }

    private static IEnumerable<EditNode> Conditions(EditNode node) => node.IsGroup ? node.Children.SelectMany(Conditions) : [node];

    private async Task SaveAsync()
    {
        if (_busy) return;
        _busy = true;
        try
        {
            var draft = new SegmentDraft(_name.Trim(), _description.Trim(), _root.ToRule());
            _problems = await Service.CheckAsync(Id, draft.Rule);
            if (_problems.Count > 0 || !await AgreedAsync(draft.Rule)) return;
            var saved = _before is null ? await Service.CreateAsync(draft) : await Service.SaveAsync(_before, draft);
            _problems = saved.Problems;
            if (saved.Segment is not { } segment) return;
            await _drafts!.DropAsync();
            Nav.NavigateTo($"segments/{segment.Id}");
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>A change that multiplies an audience that lives, or lived and may live again, is asked for by number.</summary>
    private async Task<bool> AgreedAsync(Rule rule)
    {
        if (_before is not { Size: not null }) return true;
        var (before, after) = ((await Service.SizeAsync(_before.Read())).People, (await Service.SizeAsync(rule)).People);
        return after <= before * GuardFactor || after - before < GuardPeople
            || await Asking.ConfirmSizeAsync(new DangerousAct(Text["GrowthTitle"], after, Text["PeopleWord"], Text["GrowthText", Format.Number(before), Format.Number(after)], Text["Save"]));
    }
}
