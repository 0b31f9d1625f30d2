using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components.Forms;

namespace BehaviorDashboard.Imports.Pages;

public sealed partial class Import
{
    private const long LargestFile = 4L * 1024 * 1024 * 1024;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"behavior-upload-{Guid.NewGuid():N}");
    private readonly List<string> _files = [];
    private IReadOnlyList<ImportLine> _history = [];
    private CancellationTokenSource? _stop;
    private ImportReport? _report;
    private DateTimeOffset _startedAt;
    private string _preset = "";
    private string _what = "";
    private string? _problem;
    private double _share;

    private bool Busy => _stop is not null;

    protected override async Task OnInitializedAsync()
    {
        _preset = Service.Presets[0];
        _history = await Service.ListAsync();
    }

    public void Dispose()
    {
        _stop?.Cancel();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Streams the chosen files to disk; they go when the page is left.</summary>
    private Task ReceiveAsync(InputFileChangeEventArgs chosen) => WorkAsync(Text["Uploading"], async cancel =>
    {
        _files.Clear();
        _report = null;
        Directory.CreateDirectory(_folder);
        var all = chosen.GetMultipleFiles(100);
        foreach (var file in all)
        {
            var path = Path.Combine(_folder, Path.GetFileName(file.Name));
            await using var target = File.Create(path);
            await using var source = file.OpenReadStream(LargestFile, cancel);
            await source.CopyToAsync(target, cancel);
            _files.Add(path);
            _share = (double)_files.Count / all.Count;
            StateHasChanged();
        }
    });

    private Task RunAsync(bool dryRun) => WorkAsync(Text["Importing", string.Join(", ", _files.Select(Path.GetFileName))], async cancel =>
    {
        var progress = new Progress<ImportProgress>(p => _ = InvokeAsync(() =>
        {
            _share = p.Share;
            StateHasChanged();
        }));
        _report = await Task.Run(() => Service.RunAsync(new ImportRequest(_preset, _files, dryRun), progress, cancel), cancel);
        if (!dryRun) await Audit.RecordAsync(new AuditEntry("import.done", _report.Id), CancellationToken.None);
    });

    private async Task UndoAsync(ImportLine line)
    {
        if (Busy || !await Asking.ConfirmSizeAsync(new DangerousAct(Text["Undo"], line.Read()?.Rows ?? 0, Text["RowsWord"], Text["UndoText"], Text["Undo"]))) return;
        await WorkAsync(Text["Undoing"], async cancel =>
        {
            await Service.UndoAsync(line.Id, cancel);
            await Audit.RecordAsync(new AuditEntry("import.undone", line.Id), CancellationToken.None);
        });
    }

    private async Task WorkAsync(string what, Func<CancellationToken, Task> work)
    {
        if (Busy) return;
        using var stop = new CancellationTokenSource();
        (_stop, _what, _problem, _share, _startedAt) = (stop, what, null, 0, DateTimeOffset.UtcNow);
        try
        {
            await work(stop.Token);
        }
        catch (OperationCanceledException)
        {
            _problem = Text["Cancelled"];
        }
        catch (Exception problem) when (problem is ImportException or IOException)
        {
            _problem = problem.Message;
        }
        finally
        {
            _stop = null;
        }
        _history = await Service.ListAsync(CancellationToken.None);
    }
}
