using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Segments.Pages;

/// <summary>One segment: how many, who, since when, and why.</summary>
public sealed partial class SegmentPage
{
    private Segment? _segment;
    private IReadOnlyList<SegmentMember> _members = [];
    private IReadOnlyList<SegmentVersion> _versions = [];
    private IReadOnlyList<SegmentDay> _days = [];
    private RuleWords? _words;
    private IReadOnlyList<SegmentChange> _changes = [];
    private Subscription? _live;
    private string _sentence = "";
    private bool _loaded;
    private bool _busy;

    [Inject] private SegmentService Service { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private IStringLocalizer<SegmentsText> Text { get; set; } = null!;

    [Parameter] public int Id { get; set; }

    [SupplyParameterFromQuery(Name = "person")] public string? Person { get; set; }

    [SupplyParameterFromQuery(Name = "compare")] public int? Compare { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive && _live is null)
        {
            // Where passes no longer end, nobody tells the page: it looks by itself.
            _live = Service.Changed.Subscribe(TimeSpan.FromSeconds(2), ReloadAsync, anyway: TimeSpan.FromSeconds(15));
        }
        await LoadAsync();
    }

    public void Dispose() => _live?.Dispose();

    private Task ReloadAsync() => InvokeAsync(async () =>
    {
        await LoadAsync();
        StateHasChanged();
    });

    private async Task LoadAsync()
    {
        var all = await Service.AllAsync();
        _segment = all.FirstOrDefault(s => s.Id == Id);
        _loaded = true;
        if (_segment is null) return;
        _words = new RuleWords(Text, Format, all.ToDictionary(s => s.Id, s => s.Name), await Service.TermsAsync());
        _sentence = _words.Sentence(_segment.Read());
        _members = _segment.Status == "active" ? await Service.NewestAsync(Id, 20) : [];
        _versions = await Service.VersionsAsync(Id);
        _days = await Service.DaysAsync(Id, 30);
        _changes = await Service.ChangesAsync(Id, 15);
    }

    private string Behind => Service.Waiting is { } people ? Text["CatchingUp", Format.Moment(_segment!.AsOf), Format.Number((long)people)] : Text["CatchingUpAll", Format.Moment(_segment!.AsOf)];

    private (string Status, string Action)[] Actions => _segment?.Status switch
    {
        "active" => [("draft", "Pause"), ("archived", "Archive")],
        "archived" => [("draft", "Unarchive")],
        _ => [("archived", "Archive"), ("active", "Activate")],
    };

    private async Task SetAsync(string status)
    {
        if (_busy) return;
        _busy = true;
        try
        {
            await Service.SetStatusAsync(_segment!, status);
            await LoadAsync();
        }
        finally
        {
            _busy = false;
        }
    }
}
