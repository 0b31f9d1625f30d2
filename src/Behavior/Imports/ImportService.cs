using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Imports;

/// <summary>
/// Brings files in: plan → read → gather → compare with what was imported before → store → report. Stopping at any moment,
/// kill -9 included, and running again goes on under the same id and ends where one run would have ended.
/// </summary>
public sealed class ImportService : IAsyncDisposable
{
    private const int BatchEvents = 20_000;
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Dead = TimeSpan.FromMinutes(2);
    private readonly EventWriter _writer;
    private readonly ImportsStore _store;
    private readonly EntityStore _entities;
    private readonly ImportPlanner _planner;
    private readonly ImportFolder _folder;
    private readonly IProductCatalog _catalog;
    private readonly IAuditLog _audit;
    private readonly Database _database;
    private readonly ShopOptions _shop;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Running> _running = new();

    internal ImportService(EventWriter writer, ImportsStore store, EntityStore entities, ImportPlanner planner, ImportFolder folder, IProductCatalog catalog, IAuditLog audit, Database database,
        IOptions<ShopOptions> shop, TimeProvider time, ILogger<Signal> logger)
    {
        (_writer, _store, _entities, _planner, _folder, _catalog, _audit, _database, _shop, _time) = (writer, store, entities, planner, folder, catalog, audit, database, shop.Value, time);
        Changed = new Signal(time, logger);
    }

    private sealed class Running(ImportRun run, CancellationTokenSource stop)
    {
        public ImportRun Run => run;
        public CancellationTokenSource Stop => stop;
        public ImportProgress Progress { get; set; } = new("", 0, 0);
        public Task Ended { get; set; } = Task.CompletedTask;
        public long Alive { get; set; } = Stopwatch.GetTimestamp();
    }

    public IReadOnlyList<string> Presets => _planner.Presets;

    /// <summary>Raised while imports run and when one begins or ends.</summary>
    public Signal Changed { get; }

    /// <summary>The latest imports; one whose process ended before it did is interrupted.</summary>
    public async Task<IReadOnlyList<ImportLine>> ListAsync(CancellationToken cancel = default) => [.. (await _store.ListAsync(200, cancel)).Select(Now)];

    public async Task<ImportLine?> FindAsync(string id, CancellationToken cancel = default) => await _store.FindAsync(id, cancel) is { } line ? Now(line) : null;

    /// <returns>How far an import that runs in this process is, or null.</returns>
    public ImportProgress? ProgressOf(string id) => _running.GetValueOrDefault(id)?.Progress;

    public void Cancel(string id) => _running.GetValueOrDefault(id)?.Stop.Cancel();

    /// <summary>A new folder for files that are to be imported.</summary>
    public string NewUpload() => _folder.NewUpload();

    /// <summary>The skipped rows of a dry run are kept as long as somebody looks at its report.</summary>
    public void ForgetDryRun(string id) => _folder.ForgetErrors(id);

    /// <summary>What a file seems to be.</summary>
    public Task<FileGuess> GuessAsync(string path, FormatWish wish, CancellationToken cancel = default) => _planner.GuessAsync(path, wish, cancel);

    /// <summary>The first things of the first file as they will be read.</summary>
    /// <exception cref="FormatQuestionException">As <see cref="RunAsync"/>.</exception>
    public async Task<FilePreview> PreviewAsync(ImportRequest request, CancellationToken cancel = default)
    {
        var plan = await Task.Run(() => _planner.PlanAsync(request, cancel), cancel);
        return FilePreview.Of(plan, ZoneOf(request), _shop.Currency, _time.GetUtcNow(), _planner.Largest);
    }

    /// <summary>Runs an import to its end.</summary>
    /// <exception cref="ImportException">The preset, a file, the mapping or the time zone is not there, or a value can be read in two ways.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was stored stays, and running again goes on.</exception>
    public async Task<ImportReport> RunAsync(ImportRequest request, IProgress<ImportProgress>? progress = null, CancellationToken cancel = default)
    {
        var running = await StartAsync(request, cancel);
        using var linked = cancel.Register(running.Stop.Cancel);
        await CarryOutAsync(running, progress);
        return running.Run.Report;
    }

    /// <summary>Begins an import that goes on whoever leaves the page.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> BeginAsync(ImportRequest request, CancellationToken cancel = default)
    {
        var running = await StartAsync(request, cancel);
        running.Ended = Task.Run(async () =>
        {
            try
            {
                await CarryOutAsync(running, null);
            }
            catch (Exception)
            {
                // The import's own page says what happened.
            }
        }, CancellationToken.None);
        return running.Run.Id;
    }

    /// <summary>Goes on with an import that was stopped.</summary>
    public async Task<string> ResumeAsync(string id, CancellationToken cancel = default)
    {
        var line = await FindAsync(id, cancel) ?? throw new ImportException($"There is no import {id}.");
        if (!line.CanResume || ImportRequest.FromJson(line.Asked) is not { } asked) throw new ImportException($"Import {id} cannot go on: it is {line.Status}.");
        if (asked.Files.FirstOrDefault(f => !File.Exists(f)) is { } gone) throw new ImportException($"{Path.GetFileName(gone)} is not there any more: choose the file again, and the import goes on where it stopped.");
        return await BeginAsync(asked, cancel);
    }

    /// <summary>Takes an import back: its events, the traits and orders it wrote over, the products it created, and what it was remembered by.</summary>
    /// <returns>How many event rows were removed; 0 when it had been undone before.</returns>
    public async Task<int> UndoAsync(string id, CancellationToken cancel = default)
    {
        var line = await FindAsync(id, cancel) ?? throw new ImportException($"There is no import {id}.");
        if (line.Status == ImportLine.Running) throw new ImportException("This import is running: cancel it first.");
        int? removed = null;
        await _writer.ExclusiveAsync(async session => removed = await ImportUndo.RunAsync(session, id));
        // Also where an earlier undo was killed right behind the other.
        await _catalog.RemoveSourceAsync(Source(id), CancellationToken.None);
        if (removed is not { } rows) return 0;
        var report = line.Read() ?? new ImportReport { Id = id, Preset = line.Preset, DryRun = false, TimeZone = _shop.TimeZone, Currency = _shop.Currency };
        report.Status = ImportLine.Undone;
        await _store.FinishAsync(report, _time.GetUtcNow());
        await _audit.RecordAsync(new AuditEntry("import.undone", id), CancellationToken.None);
        _folder.ForgetUploads(ImportRequest.FromJson(line.Asked));
        Changed.Raise();
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running.Values) await running.Stop.CancelAsync();
        await Task.WhenAll(_running.Values.Select(r => r.Ended));
    }

    internal static string Source(string id) => $"import:{id}";

    private ImportLine Now(ImportLine line) =>
        line.Status != ImportLine.Running || _running.ContainsKey(line.Id) || (_store.Shared && line.AliveAt > _time.GetUtcNow() - Dead) ? line : line with { Status = ImportLine.Interrupted };

    private TimeZoneInfo ZoneOf(ImportRequest request) => TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone ?? _shop.TimeZone, out var zone) ? zone
        : throw new ImportException($"'{request.TimeZone}' is not a time zone; write one such as Europe/London.");

    private async Task<Running> StartAsync(ImportRequest request, CancellationToken cancel)
    {
        var zone = ZoneOf(request);
        var plan = await Task.Run(() => _planner.PlanAsync(request, cancel), cancel);
        var fingerprint = ImportFolder.Fingerprint(plan);
        var earlier = request.DryRun ? null : await _store.UnfinishedAsync(fingerprint, cancel);
        if (earlier is not null && Now(earlier).Status == ImportLine.Running) throw new ImportException($"These files are being imported right now (import {earlier.Id}).");
        var id = earlier?.Id ?? Guid.CreateVersion7(_time.GetUtcNow()).ToString("N")[..20];
        var running = new Running(new ImportRun(id, plan, zone, _shop.Currency, _time.GetUtcNow(), _folder.Errors(id), resumed: earlier is not null), new CancellationTokenSource());
        if (!_running.TryAdd(id, running)) throw new ImportException($"These files are being imported right now (import {id}).");
        if (request.DryRun) return running;
        try
        {
            await _store.StartAsync(id, plan.Request, fingerprint, _time.GetUtcNow());
            if (plan.Request is { Preset: ColumnMapping.Preset, Mapping: { } mapping }) await _planner.RememberAsync(plan, mapping, _time.GetUtcNow());
            await _audit.RecordAsync(new AuditEntry(earlier is null ? "import.begun" : "import.resumed", id), CancellationToken.None);
        }
        catch
        {
            _running.TryRemove(id, out _);
            throw;
        }
        Changed.Raise();
        return running;
    }

    private async Task CarryOutAsync(Running running, IProgress<ImportProgress>? progress)
    {
        var run = running.Run;
        var started = Stopwatch.GetTimestamp();
        try
        {
            await ReadAndStoreAsync(running, progress);
            run.Report.Status = ImportLine.Done;
        }
        catch (Exception problem)
        {
            run.Report.Status = problem is OperationCanceledException ? ImportLine.Cancelled : ImportLine.Failed;
            run.Report.Problem = problem is OperationCanceledException ? null : problem is ImportException ? problem.Message : $"It could not go on: {problem.Message}";
            throw;
        }
        finally
        {
            run.Dispose();
            run.Close(Stopwatch.GetElapsedTime(started));
            if (!run.DryRun) await _store.FinishAsync(run.Report, _time.GetUtcNow());
            if (run is { DryRun: false, Report.Status: ImportLine.Done }) _folder.ForgetUploads(run.Plan.Request);
            _running.TryRemove(run.Id, out _);
            running.Stop.Dispose();
            Changed.Raise();
        }
    }

    private async Task ReadAndStoreAsync(Running running, IProgress<ImportProgress>? progress)
    {
        var run = running.Run;
        var cancel = running.Stop.Token;
        // One batch waits at most, so that memory does not grow with the files.
        var channel = Channel.CreateBounded<(string File, List<Unit> Units, double Share)>(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(run, _planner.Largest, channel.Writer, stop.Token), CancellationToken.None);
        var writer = new ImportWriter(run, _writer, _entities, _catalog, _database);
        try
        {
            await foreach (var (file, units, share) in channel.Reader.ReadAllAsync(cancel))
            {
                await writer.StoreAsync(file, units, cancel);
                running.Progress = new ImportProgress(file, share, run.Report.Rows);
                progress?.Report(running.Progress);
                Changed.Raise();
                if (run.DryRun || Stopwatch.GetElapsedTime(running.Alive) < SignOfLife) continue;
                running.Alive = Stopwatch.GetTimestamp();
                await _store.AliveAsync(run.Id, _time.GetUtcNow());
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await writer.FlushAsync(CancellationToken.None);
        }
    }

    private static async Task ReadAsync(ImportRun run, long largest, ChannelWriter<(string, List<Unit>, double)> batches, CancellationToken cancel)
    {
        try
        {
            for (var f = 0; f < run.Plan.Files.Count; f++)
            {
                var (path, format) = run.Plan.Files[f];
                using var file = SourceFile.Open(path, format, largest);
                var batch = new List<Unit>();
                var events = 0;
                foreach (var unit in run.Plan.Preset.Read(file, run.Context, run.Join))
                {
                    batch.Add(unit);
                    events += unit.Events.Count + 1;
                    if (events < BatchEvents) continue;
                    await batches.WriteAsync((Path.GetFileName(path), batch, (f + file.Progress) / run.Plan.Files.Count), cancel);
                    (batch, events) = ([], 0);
                }
                await batches.WriteAsync((Path.GetFileName(path), batch, (f + 1.0) / run.Plan.Files.Count), cancel);
            }
            batches.Complete();
        }
        catch (Exception problem)
        {
            batches.Complete(problem);
        }
    }
}
