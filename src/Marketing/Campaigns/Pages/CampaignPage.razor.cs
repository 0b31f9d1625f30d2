using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Localization;
using MudBlazor;

namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>One campaign: what it did, to whom, who was left out, what happened to it.</summary>
public sealed partial class CampaignPage
{
    private static readonly TimeSpan PromiseAge = TimeSpan.FromSeconds(30);
    private Campaign? _campaign;
    private CampaignSpec _spec = new();
    private ReportWatch<int, EffectView> _effect = null!;
    private PromiseResult? _promise;
    private DateTimeOffset _promisedAt;
    private IReadOnlyList<CampaignEffect> _looks = [];
    private DeliveryCounts? _counts;
    private IReadOnlyList<LeftOut> _leftOut = [];
    private IReadOnlyList<CampaignNote> _notes = [];
    private IReadOnlyList<CampaignProblem> _problems = [];
    private readonly List<Subscription> _live = [];
    private string _comment = "";
    private bool _loaded;
    private bool _busy;
    private bool _gone;

    [Inject] private CampaignService Service { get; set; } = null!;

    [Inject] private EffectService Effects { get; set; } = null!;

    [Inject] private DeliveryService Delivery { get; set; } = null!;

    [Inject] private ShopClock Clock { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IDialogService Asking { get; set; } = null!;

    [Inject] private IStringLocalizer<CampaignsText> Text { get; set; } = null!;

    [Parameter] public int Id { get; set; }

    [SupplyParameterFromQuery(Name = "arm")] public string? Arm { get; set; }

    [SupplyParameterFromQuery(Name = "reason")] public string? Reason { get; set; }

    [SupplyParameterFromQuery(Name = "person")] public string? Person { get; set; }

    [CascadingParameter] private Task<AuthenticationState> Session { get; set; } = null!;

    private bool Waiting => _busy || !RendererInfo.IsInteractive;

    private EffectView? View => _campaign?.StartedAt is null ? null : _effect.Report;

    private string? Lead => _campaign!.StartedAt is null ? (string)Text["Lead.Draft", Text["Status." + _campaign.Status], Text["Channel." + _spec.Channel]]!
        : View is null ? null
        : View.Effect.Arms.Count == 0 && _counts is { Waiting: > 0 } waiting ? (string)Text["Lead.Waiting", Format.Number(waiting.Waiting), Text["Status." + _campaign.Status]]!
        : (string)Text["Lead.Verdict." + Words.Of(View.Effect.Conversion), Format.Number(View.Effect.Treated), Format.Number(View.Effect.Held), Text["Status." + _campaign.Status]]!;

    protected override void OnInitialized() => _effect = new ReportWatch<int, EffectView>(Effects.Views, Clock, () => InvokeAsync(() =>
    {
        _effect.Look();
        StateHasChanged();
    }));

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive && _live.Count == 0)
        {
            _live.AddRange(new[] { Service.Changed, Effects.Changed, Delivery.Changed }.Select(s => s.Subscribe(TimeSpan.FromSeconds(1), () => InvokeAsync(async () =>
            {
                await LoadAsync();
                if (s == Effects.Changed && _campaign?.StartedAt is not null) _effect.Renew();
                StateHasChanged();
            }))));
        }
        await LoadAsync();
    }

    public void Dispose()
    {
        _gone = true;
        _live.ForEach(l => l.Dispose());
        _effect.Dispose();
    }

    private async Task LoadAsync()
    {
        _campaign = await Service.FindAsync(Id);
        _loaded = true;
        if (_campaign is null) return;
        _spec = _campaign.Read();
        _notes = await Service.NotesAsync(Id);
        _counts = await Service.CountsAsync(Id);
        if (_campaign.Status == CampaignStatus.Ended || _spec.Products.Count == 0) _promise = null;
        else if (Service.Now - _promisedAt >= PromiseAge || _promise is null)
        {
            // Counting an audience is dear: not with every message that is sent.
            _promisedAt = Service.Now;
            _promise = await Service.PromiseAsync(Id, _spec, await Service.EstimateAsync(Id, _spec));
        }
        if (_campaign.StartedAt is null || _gone) return;
        _effect.Show(Id);
        _looks = await Effects.LooksAsync(Id);
        _leftOut = await Service.LeftOutAsync(Id);
    }

    private Task StartAsync() => ActAsync(async (campaign, who) =>
    {
        var estimate = await Service.EstimateAsync(Id, _spec);
        if (_spec.Schedule.Kind is CampaignSchedule.Once or CampaignSchedule.Recurring
            && !await Asking.ConfirmSizeAsync(new DangerousAct(Text["StartTitle"], estimate.Treated, Text["PeopleWord"], Text["StartText", Format.Number(estimate.Treated), Format.Number(estimate.Held)], Text["Start"]))) return;
        _problems = (await Service.StartAsync(campaign, who)).Problems;
    });

    private Task CloneAsync() => ActAsync(async (campaign, who) => Nav.NavigateTo($"campaigns/{(await Service.CloneAsync(campaign, Text["CopyOf", campaign.Name], who)).Id}/edit"));

    private Task CommentAsync() => ActAsync(async (campaign, who) =>
    {
        await Service.CommentAsync(campaign.Id, who, _comment);
        _comment = "";
    });

    private Task SendAgainAsync() => ActAsync(async (campaign, who) =>
    {
        var size = _counts!.Unclear + _counts.Failed;
        if (await Asking.ConfirmSizeAsync(new DangerousAct(Text["SendAgainTitle"], size, Text["MessagesWord"], Text["SendAgainText"], Text["SendAgainVerb"]))) await Service.SendAgainAsync(campaign, who);
    });

    private async Task ActAsync(Func<Campaign, string, Task> act)
    {
        if (_busy || _campaign is null) return;
        _busy = true;
        try
        {
            await act(_campaign, (await Session).User.Identity?.Name ?? "–");
            await LoadAsync();
        }
        finally
        {
            _busy = false;
        }
    }
}
