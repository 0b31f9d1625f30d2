using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>All campaigns: as a list with what each brought, or as a calendar.</summary>
public sealed partial class CampaignList
{
    private sealed record Row(Campaign Campaign, CampaignSpec Spec, CampaignEffect? Effect);

    private IReadOnlyList<Row>? _rows;
    private DateTimeOffset? _asOf;
    private Subscription? _live;

    [Inject] private CampaignService Service { get; set; } = null!;

    [Inject] private EffectService Effects { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private IStringLocalizer<CampaignsText> Text { get; set; } = null!;

    /// <summary>calendar or archive; null: the list.</summary>
    [SupplyParameterFromQuery(Name = "show")] public string? Show { get; set; }

    [SupplyParameterFromQuery(Name = "month")] public string? Month { get; set; }

    private string? Lead => _rows is { Count: > 0 } all ? (string)Text["Lead", Format.Number((long)all.Count(r => r.Campaign.Status == CampaignStatus.Live)), Format.Number((long)all.Count)]! : null;

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive) _live ??= Service.Changed.Subscribe(TimeSpan.FromSeconds(1), () => InvokeAsync(async () =>
        {
            await LoadAsync();
            StateHasChanged();
        }));
        await LoadAsync();
    }

    public void Dispose() => _live?.Dispose();

    private async Task LoadAsync()
    {
        var rows = new List<Row>();
        foreach (var campaign in (await Service.AllAsync()).Where(c => c.Archived == (Show == "archive")))
            rows.Add(new Row(campaign, campaign.Read(), campaign.StartedAt is null ? null : await Effects.AtAsync(campaign.Id, Service.Now)));
        (_rows, _asOf) = (rows, Service.Now);
    }
}
