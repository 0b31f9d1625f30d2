using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Quality.Pages;

public sealed partial class Rejects
{
    private IReadOnlyList<ReasonCount>? _reasons;
    private List<Reject> _rows = [];
    private Subscription? _changes;
    private DateTimeOffset? _asOf;
    private Reject? _open;
    private string _edited = "";
    private string? _said;
    private bool _more;
    private bool _busy;

    [Inject] private TimeProvider Time { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "code")] public string? Code { get; set; }

    [SupplyParameterFromQuery(Name = "field")] public string? Field { get; set; }

    [SupplyParameterFromQuery(Name = "open")] public string? OpenId { get; set; }

    private bool Chosen => !string.IsNullOrEmpty(Code);

    private string? Lead => _reasons is { Count: > 0 } reasons ? (string)Text["Lead", Format.Number(reasons.Sum(r => r.Count)), Format.Number((long)reasons.Count)]! : null;

    protected override async Task OnParametersSetAsync()
    {
        await LoadAsync();
        if (OpenId == _open?.Id) return;
        // Prerendering must not record that somebody looked: the circuit does.
        _open = OpenId is null || !RendererInfo.IsInteractive ? null : await Service.OpenAsync(OpenId);
        _edited = _open?.Raw ?? "";
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _changes = Service.Changed.Subscribe(TimeSpan.FromSeconds(1), () => InvokeAsync(async () =>
        {
            await LoadAsync();
            StateHasChanged();
        }));
    }

    public void Dispose() => _changes?.Dispose();

    /// <summary>As many rows as were shown, so that a change never takes away what somebody scrolled to.</summary>
    private async Task LoadAsync()
    {
        var shown = Math.Max(RejectsService.PageSize, _rows.Count);
        _reasons = await Service.CountAsync();
        _rows = [];
        do await AppendAsync();
        while (_more && _rows.Count < shown);
        _asOf = Time.GetUtcNow();
    }

    private async Task AppendAsync()
    {
        var page = await Service.PageAsync(Code ?? "", Field ?? "", _rows.LastOrDefault());
        _rows.AddRange(page);
        _more = page.Count == RejectsService.PageSize;
    }

    private Task MoreAsync() => WorkAsync(AppendAsync);

    private Task ReplayAsync() => WorkAsync(async () =>
    {
        var still = await Service.ReplayAsync(_open!, _edited);
        _said = still is null ? Text["Stored", Format.Number(1L)] : Text["Still", $"{still.Field} {still.Reason}".Trim()];
        if (still is null) Nav.NavigateTo(With("open", null));
    });

    private Task DismissAsync() => WorkAsync(async () =>
    {
        await Service.DismissAsync(_open!.Id);
        _said = Text["Dismissed", Format.Number(1L)];
        Nav.NavigateTo(With("open", null));
    });

    private Task ReplayAllAsync(ReasonCount reason) => WorkAsync(async () =>
    {
        var result = await Service.ReplayReasonAsync(reason.Code, reason.Field);
        _said = Text["Stored", Format.Number((long)result.Stored)];
        if (result.First is { } still) _said += " " + Text["StillSome", Format.Number((long)result.Refused), $"{still.Field} {still.Reason}".Trim()];
    });

    private Task DismissAllAsync(ReasonCount reason) => WorkAsync(async () =>
    {
        if (!await Asking.ConfirmSizeAsync(new DangerousAct(Text["DismissAll"], reason.Count, Text["EventsWord"], Text["DismissText"], Text["Dismiss"]))) return;
        _said = Text["Dismissed", Format.Number((long)await Service.DismissReasonAsync(reason.Code, reason.Field))];
    });

    private async Task WorkAsync(Func<Task> work)
    {
        if (_busy) return;
        _busy = true;
        _said = null;
        try
        {
            await work();
        }
        finally
        {
            _busy = false;
        }
    }

    private bool IsChosen(ReasonCount reason) => reason.Code == Code && reason.Field == (Field ?? "");

    private string Words(string code) => Text["Code." + code];

    private string Of(ReasonCount reason) => Nav.GetUriWithQueryParameters(new Dictionary<string, object?> { ["code"] = reason.Code, ["field"] = reason.Field, ["open"] = null });

    private string With(string name, string? value) => Nav.GetUriWithQueryParameter(name, value);
}
