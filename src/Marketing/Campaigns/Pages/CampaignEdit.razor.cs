using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Statistics;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Localization;
using MudBlazor;

namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>From an empty screen to a live campaign: who, what, when, and what it will touch, on one page that counts while one types.</summary>
public sealed partial class CampaignEdit
{
    private CampaignForm? _form;
    private Campaign? _before;
    private AudienceEstimate? _estimate;
    private PromiseResult? _promise;
    private (string Basis, Interval People)? _expected;
    private IReadOnlyList<Segment> _segments = [];
    private ReportWatch<int, IReadOnlyList<string>>? _events;
    private IReadOnlyList<CampaignProblem> _problems = [];
    private CancellationTokenSource? _counting;
    private bool _loaded;
    private bool _busy;
    private bool _gone;

    [Inject] private CampaignService Service { get; set; } = null!;

    [Inject] private SegmentService Segments { get; set; } = null!;

    [Inject] private SeenEvents Seen { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IDialogService Asking { get; set; } = null!;

    [Inject] private IStringLocalizer<CampaignsText> Text { get; set; } = null!;

    private ExcessOffer? _offer;

    [Parameter] public int? Id { get; set; }

    [SupplyParameterFromQuery(Name = "segment")] public string? Segment { get; set; }

    [SupplyParameterFromQuery(Name = "products")] public string? Products { get; set; }

    [SupplyParameterFromQuery(Name = "category")] public string? Category { get; set; }

    [SupplyParameterFromQuery(Name = "query")] public string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "excess")] public string? Excess { get; set; }

    [SupplyParameterFromQuery(Name = "back")] public string? BackInStock { get; set; }

    [CascadingParameter] private Task<AuthenticationState> Session { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        _segments = [.. (await Segments.AllAsync()).Where(s => s.Status != "archived")];
        if (_gone) return;
        _events = new ReportWatch<int, IReadOnlyList<string>>(Seen.Names, Clock, () => InvokeAsync(() =>
        {
            _events!.Look();
            StateHasChanged();
        }));
        _events.Show(SeenEvents.Days);
        _loaded = true;
        if (Id is { } id)
        {
            if (await Service.FindAsync(id) is not { } found) return;
            (_before, _form) = (found, CampaignForm.Of(found.Name, found.Read(), Clock));
        }
        else
        {
            _form = CampaignForm.Of("", CampaignTemplates.Make(BackInStock is not null ? "backinstock" : "news", Text), Clock);
            _form.Products.AddRange(new[] { Products, Excess, BackInStock }.OfType<string>().SelectMany(p => p.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct());
            foreach (var s in (Segment ?? "").Split(',')) if (int.TryParse(s, out var segment) && _segments.Any(x => x.Id == segment)) _form.Segments.Add(segment);
            if (BackInStock is not null) (_form.Template, _form.Name) = ("backinstock", Text["Template.backinstock"]);
            if (Excess is { } product && RendererInfo.IsInteractive && await Service.OfferAsync(product, _form.ToSpec(Clock)) is { } offer)
            {
                _offer = offer;
                (_form.Name, _form.DiscountPercent, _form.Limit, _form.UnitBudget) = (Text["Offer.Name", offer.Title], Math.Round(100 * offer.Discount), offer.People, offer.Units);
            }
            if ((Category ?? Query) is { } about) _form.Name = Text["About", about];
        }
        if (RendererInfo.IsInteractive) await ChangedAsync();
    }

    public void Dispose()
    {
        _gone = true;
        _events?.Dispose();
        _counting?.Cancel();
        _counting?.Dispose();
    }

    private async Task PickAsync(string template)
    {
        var name = _form!.Name;
        _form = CampaignForm.Of(name.Length == 0 || CampaignTemplates.All.Any(t => Text["Template." + t] == name) ? Text["Template." + template] : name, CampaignTemplates.Make(template, Text) with { Audience = _form.ToSpec(Clock).Audience, Products = _form.ToSpec(Clock).Products }, Clock);
        _form.Template = template;
        await ChangedAsync();
    }

    private Task ToggleAsync(HashSet<int> set, int id, bool on)
    {
        if (on) set.Add(id);
        else set.Remove(id);
        return ChangedAsync();
    }

    private Task AddStepAsync()
    {
        _form!.Steps.Add(new StepForm { WaitHours = 48, Versions = [.. _form.Steps[0].Versions.Select(v => new VersionForm { Name = v.Name, Share = v.Share })] });
        return ChangedAsync();
    }

    private Task RemoveAsync(int step)
    {
        _form!.Steps.RemoveAt(step);
        return ChangedAsync();
    }

    /// <summary>Waits for a pause in the typing, then counts; a newer change cancels an older count.</summary>
    private async Task ChangedAsync()
    {
        _counting?.Cancel();
        _counting?.Dispose();
        _counting = new CancellationTokenSource();
        var cancel = _counting.Token;
        var spec = _form!.ToSpec(Clock);
        try
        {
            await Task.Delay(250, cancel);
            _problems = [.. CampaignCheck.Saving(_form.Name, spec).Where(p => p.Code != "Name" || _form.Name.Length > CampaignCheck.MaxName)];
            var estimate = await Service.EstimateAsync(Id, spec, cancel);
            var promise = await Service.PromiseAsync(Id, spec, estimate, cancel);
            var expected = await Service.ExpectAsync(estimate, cancel);
            cancel.ThrowIfCancellationRequested();
            (_estimate, _promise, _expected) = (estimate, promise, expected);
            StateHasChanged();
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            // Somebody typed on: the newer count answers.
        }
    }

    private Task SaveAsync() => OnceAsync(async who =>
    {
        if (await StoreAsync(who) is { } saved) Nav.NavigateTo($"campaigns/{saved.Id}");
    });

    /// <summary>Says how many people will be written to and has that number typed, then saves and starts.</summary>
    private Task StartAsync() => OnceAsync(async who =>
    {
        var spec = _form!.ToSpec(Clock);
        var problems = CampaignCheck.Starting(_form.Name, spec, Service.Now).ToList();
        if (Service.Missing(spec.Channel) is { } missing) problems.Add(new CampaignProblem("channel", missing));
        _problems = problems;
        if (problems.Count > 0) return;
        var estimate = await Service.EstimateAsync(Id, spec);
        var triggered = spec.Schedule.IsTriggered;
        if (!triggered && !await Asking.ConfirmSizeAsync(new DangerousAct(Text["StartTitle"], estimate.Treated, Text["PeopleWord"], Text["StartText", Format.Number(estimate.Treated), Format.Number(estimate.Held)], Text["Start"]))) return;
        if (await StoreAsync(who) is not { } saved) return;
        var started = await Service.StartAsync(saved, who);
        _problems = started.Problems;
        if (started.Campaign is not null) Nav.NavigateTo($"campaigns/{saved.Id}");
    });

    private async Task<Campaign?> StoreAsync(string who)
    {
        var spec = _form!.ToSpec(Clock);
        var result = _before is null ? await Service.CreateAsync(_form.Name, spec, who) : await Service.SaveAsync(_before, _form.Name, spec, who);
        _problems = result.Problems;
        if (result.Campaign is not null) _before = result.Campaign;
        return result.Campaign;
    }

    /// <summary>A second click while the first is at work does nothing.</summary>
    private async Task OnceAsync(Func<string, Task> work)
    {
        if (_busy) return;
        _busy = true;
        try
        {
            await work((await Session).User.Identity?.Name ?? "–");
        }
        finally
        {
            _busy = false;
        }
    }
}
