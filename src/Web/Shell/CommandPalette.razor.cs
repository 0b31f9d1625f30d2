using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace BehaviorDashboard.Shell;

public sealed partial class CommandPalette : IDisposable
{
    private const int PerSource = 6;
    private readonly CancellationTokenSource _closed = new();
    private CancellationTokenSource? _running;
    private List<SearchHit> _hits = [];
    private string _text = "";
    private int _chosen;
    private bool _failed;

    [Inject] private IEnumerable<ISearchSource> Sources { get; set; } = null!;

    [Inject] private IStringLocalizer<UI> Words { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    [Inject] private IJSRuntime Js { get; set; } = null!;

    [Inject] private ILogger<CommandPalette> Log { get; set; } = null!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = null!;

    [Parameter, EditorRequired] public IReadOnlyList<NavEntry> Entries { get; set; } = [];

    [Parameter] public EventCallback OnClose { get; set; }

    private string Foot => _hits.Count == 0 && _text.Length > 0 ? Words["Search.None", _text]
        : _failed ? Words["Search.Failed"] : Words["Search.Keys"];

    protected override void OnInitialized() => _hits = Pages("");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender) await Js.InvokeVoidAsync("bdSite.focus", "bd-palette-input");
    }

    private async Task TypeAsync(string text)
    {
        _text = text.Trim();
        _chosen = 0;
        _failed = false;
        _hits = Pages(_text);
        if (_running is not null) await _running.CancelAsync();
        if (_text.Length < 2) return;
        using var running = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        _running = running;
        try
        {
            await Task.Delay(120, running.Token);
            var user = (await Authentication).User;
            var found = await Task.WhenAll(Sources.Select(source => AskAsync(source, user, running.Token)));
            if (!running.IsCancellationRequested) _hits = [.. Pages(_text), .. found.SelectMany(f => f)];
        }
        catch (OperationCanceledException)
        {
            // Typed on or closed: a newer search answers.
        }
        finally
        {
            if (_running == running) _running = null;
        }
    }

    /// <summary>One source that fails does not take the others' answers away.</summary>
    private async Task<IReadOnlyList<SearchHit>> AskAsync(ISearchSource source, System.Security.Claims.ClaimsPrincipal user, CancellationToken cancel)
    {
        try
        {
            return await source.FindAsync(_text, user, PerSource, cancel);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Log.LogError(problem, "Search source {Source} failed.", source.GetType().Name);
            _failed = true;
            return [];
        }
    }

    private List<SearchHit> Pages(string text) =>
        [.. Entries.Where(e => CultureInfo.CurrentCulture.CompareInfo.IndexOf(Words[e.Title], text, CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace) >= 0)
            .Select(e => new SearchHit(Words[e.Title], null, e.Href, SearchKind.Page))];

    private async Task KeyAsync(KeyboardEventArgs key)
    {
        switch (key.Key)
        {
            case "ArrowDown" when _hits.Count > 0: _chosen = (_chosen + 1) % _hits.Count; break;
            case "ArrowUp" when _hits.Count > 0: _chosen = (_chosen + _hits.Count - 1) % _hits.Count; break;
            case "Enter" when _chosen < _hits.Count: await OpenAsync(_hits[_chosen]); break;
            case "Escape": await OnClose.InvokeAsync(); break;
        }
    }

    private async Task OpenAsync(SearchHit hit)
    {
        await OnClose.InvokeAsync();
        Nav.NavigateTo(hit.Href);
    }

    private static string Id(int index) => string.Create(CultureInfo.InvariantCulture, $"bd-hit-{index}");

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }
}
