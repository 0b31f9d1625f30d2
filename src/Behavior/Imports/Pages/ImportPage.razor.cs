using BehaviorDashboard.Live;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Imports.Pages;

/// <summary>One import: how far it is while it runs, and then what it did.</summary>
public sealed partial class ImportPage
{
    private Subscription? _changes;
    private ImportLine? _line;
    private ImportReport? _report;
    private ImportProgress? _progress;
    private DateTimeOffset _since = DateTimeOffset.UtcNow;
    private string? _problem;
    private bool _loaded;
    private bool _busy;

    [Parameter] public string Id { get; set; } = "";

    private string? Lead => _line is null ? null
        : (string)Text["OneLead", Text["State." + _line.Status].Value, Text["Preset." + _line.Preset].Value, _line.Files.Replace("\n", ", ", StringComparison.Ordinal), Format.Moment(_line.StartedAt)]!;

    protected override Task OnParametersSetAsync() => LoadAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _changes = Service.Changed.Subscribe(TimeSpan.FromMilliseconds(500), () => InvokeAsync(async () =>
        {
            await LoadAsync();
            StateHasChanged();
        }));
    }

    public void Dispose() => _changes?.Dispose();

    private async Task LoadAsync()
    {
        var progress = Service.ProgressOf(Id);
        if (_progress is null && progress is not null) _since = DateTimeOffset.UtcNow;
        _progress = progress;
        // While it runs only its progress changes.
        if (_loaded && progress is not null && _line?.Status == ImportLine.Running) return;
        _line = await Service.FindAsync(Id);
        // It is over a moment before it is forgotten here.
        if (_line?.Status != ImportLine.Running) _progress = null;
        _report = _line?.Read();
        _loaded = true;
    }

    private Task ResumeAsync() => WorkAsync(() => Service.ResumeAsync(Id));

    private async Task UndoAsync()
    {
        if (!await Asking.ConfirmSizeAsync(new DangerousAct(Text["Undo"], _report?.Rows ?? 0, Text["RowsWord"], Text["UndoText"], Text["Undo"]))) return;
        await WorkAsync(() => Service.UndoAsync(Id));
    }

    private async Task WorkAsync(Func<Task> work)
    {
        if (_busy) return;
        (_busy, _problem) = (true, null);
        try
        {
            await work();
        }
        catch (Exception problem) when (problem is ImportException or IOException)
        {
            _problem = problem.Message;
        }
        finally
        {
            _busy = false;
        }
        await LoadAsync();
    }
}
