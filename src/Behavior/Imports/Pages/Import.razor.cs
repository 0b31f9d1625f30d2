using BehaviorDashboard.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace BehaviorDashboard.Imports.Pages;

/// <summary>Upload → what is it → which column is what → the first rows as they will be read → dry run → import.</summary>
public sealed partial class Import
{
    private const long LargestFile = 4L * 1024 * 1024 * 1024;
    private readonly List<string> _files = [];
    private IReadOnlyList<ImportLine> _history = [];
    private IReadOnlyList<FormatQuestion> _questions = [];
    private CancellationTokenSource? _stop;
    private Subscription? _changes;
    private Func<CancellationToken, Task>? _next;
    private FileGuess? _guess;
    private ColumnMapping? _mapping;
    private FilePreview? _preview;
    private ImportReport? _report;
    private FormatWish _wish = new();
    private DateTimeOffset _startedAt;
    private string? _folder;
    private string _preset = "";
    private string _what = "";
    private string? _problem;
    private double _share;
    private bool _join;
    private bool _handedOver;

    private bool Busy => _stop is not null;

    /// <summary>Tables are mapped or read by a preset; what is no table only by its preset.</summary>
    private IEnumerable<string> Choices => _guess is { Header.Count: > 0 } ? Service.Presets.Append(ColumnMapping.Preset) : Service.Presets;

    private string GuessWords => _guess!.Preset is null ? "GuessNone" : _guess.Remembered ? "GuessRemembered" : _guess.Preset == _preset ? "GuessFits" : "GuessOther";

    protected override async Task OnInitializedAsync() => _history = await Service.ListAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _changes = Service.Changed.Subscribe(TimeSpan.FromSeconds(1), () => InvokeAsync(async () =>
        {
            _history = await Service.ListAsync();
            StateHasChanged();
        }));
    }

    public void Dispose()
    {
        _changes?.Dispose();
        _stop?.Cancel();
        ForgetUpload();
        if (_report is not null) Service.ForgetDryRun(_report.Id);
    }

    /// <summary>Streams the chosen files to disk, where they stay until they are imported.</summary>
    private Task ReceiveAsync(InputFileChangeEventArgs chosen) => WorkAsync(Text["Uploading"], async cancel =>
    {
        ForgetUpload();
        (_guess, _mapping, _preview, _report, _wish, _handedOver) = (null, null, null, null, new FormatWish(), false);
        _files.Clear();
        _folder = Service.NewUpload();
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
        await LookAsync(cancel);
    });

    private async Task LookAsync(CancellationToken cancel)
    {
        _guess = await Service.GuessAsync(_files[0], _wish, cancel);
        _mapping = _guess.Mapping;
        _preset = _guess.Preset ?? (_guess.Header.Count > 0 ? ColumnMapping.Preset : Service.Presets[0]);
        await PreviewAsync(cancel);
    }

    private Task ChoosePresetAsync(ChangeEventArgs e)
    {
        _preset = e.Value?.ToString() ?? _preset;
        return LookAgainAsync(PreviewAsync);
    }

    private Task ChooseFormatAsync(FormatWish wish)
    {
        var newHeader = wish.Delimiter != _wish.Delimiter || wish.Encoding != _wish.Encoding;
        _wish = wish;
        return LookAgainAsync(newHeader ? LookAsync : PreviewAsync);
    }

    private Task ChooseMappingAsync(ColumnMapping mapping)
    {
        _mapping = mapping;
        return LookAgainAsync(PreviewAsync);
    }

    /// <summary>A choice made while the file is still looked at counts: that look is of no more use.</summary>
    private Task LookAgainAsync(Func<CancellationToken, Task> look)
    {
        if (_stop is null) return WorkAsync(Text["Looking"], look);
        _next = look;
        StateHasChanged();
        return _stop.CancelAsync();
    }

    private async Task PreviewAsync(CancellationToken cancel)
    {
        (_preview, _report) = (null, null);
        // What is missing stands beside the fields.
        if (_preset == ColumnMapping.Preset && _mapping?.Problems(_guess!.Header).Count > 0) return;
        _preview = await Service.PreviewAsync(Request(dryRun: true), cancel);
    }

    private Task TryAsync() => WorkAsync(Text["Trying"], async cancel =>
    {
        var progress = new Progress<ImportProgress>(p => _ = InvokeAsync(() =>
        {
            _share = p.Share;
            StateHasChanged();
        }));
        if (_report is not null) Service.ForgetDryRun(_report.Id);
        _report = await Task.Run(() => Service.RunAsync(Request(dryRun: true), progress, cancel), cancel);
    });

    private Task BeginAsync() => WorkAsync(Text["Beginning"], async cancel =>
    {
        var id = await Service.BeginAsync(Request(dryRun: false), cancel);
        _handedOver = true;
        Nav.NavigateTo($"data/import/{id}");
    });

    private ImportRequest Request(bool dryRun) => new(_preset, [.. _files], dryRun)
    {
        Mapping = _preset == ColumnMapping.Preset ? _mapping : null,
        Format = _wish,
        Join = _join,
        Uploaded = true,
    };

    /// <summary>Files of an import that was begun belong to it.</summary>
    private void ForgetUpload()
    {
        if (_folder is not null && !_handedOver && Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        _folder = null;
    }

    private async Task WorkAsync(string what, Func<CancellationToken, Task> work)
    {
        if (Busy) return;
        using var stop = new CancellationTokenSource();
        (_stop, _what, _problem, _questions, _share, _startedAt) = (stop, what, null, [], 0, DateTimeOffset.UtcNow);
        // The panels call back by a plain function: nobody else renders this page again.
        StateHasChanged();
        try
        {
            await work(stop.Token);
        }
        catch (OperationCanceledException)
        {
            _problem = Text["Stopped"];
        }
        catch (FormatQuestionException open)
        {
            _questions = open.Questions;
        }
        catch (Exception problem) when (problem is ImportException or IOException)
        {
            _problem = problem.Message;
        }
        finally
        {
            _stop = null;
            StateHasChanged();
        }
        if (_next is not { } next) return;
        _next = null;
        await WorkAsync(Text["Looking"], next);
    }
}
