using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Imports;

/// <summary>What is asked of an import.</summary>
/// <param name="TimeZone">IANA zone of times without one; null is the shop's.</param>
public sealed record ImportRequest(string Preset, IReadOnlyList<string> Files, bool DryRun = false, string? TimeZone = null);

/// <summary>How far an import is.</summary>
/// <param name="Share">Of the files' bytes, 0 to 1.</param>
public sealed record ImportProgress(string File, double Share, long Rows);

/// <summary>
/// Brings files in: read → gather → compare with what was imported before → store → report. Stopping at any moment,
/// kill -9 included, and running again ends where one run would have ended.
/// </summary>
public sealed class ImportService
{
    private const int BatchEvents = 10_000;
    private const string Running = "running";
    private readonly EventWriter _writer;
    private readonly ImportsStore _store;
    private readonly IProductCatalog _catalog;
    private readonly ShopOptions _shop;
    private readonly TimeProvider _time;
    private readonly IPreset[] _presets;
    private readonly ConcurrentDictionary<string, bool> _running = new();

    internal ImportService(EventWriter writer, ImportsStore store, IProductCatalog catalog, IEnumerable<IPreset> presets, IOptions<ShopOptions> shop, TimeProvider time) =>
        (_writer, _store, _catalog, _presets, _shop, _time) = (writer, store, catalog, [.. presets], shop.Value, time);

    public IReadOnlyList<string> Presets => [.. _presets.Select(p => p.Name)];

    /// <summary>The latest imports; one whose process ended before it did is interrupted.</summary>
    public async Task<IReadOnlyList<ImportLine>> ListAsync(CancellationToken cancel = default) =>
        [.. (await _store.ListAsync(200, cancel)).Select(l => l.Status == Running && !_running.ContainsKey(l.Id) ? l with { Status = "interrupted" } : l)];

    /// <exception cref="ImportException">The preset, a file or the time zone is not there.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was stored stays, and running again goes on.</exception>
    public async Task<ImportReport> RunAsync(ImportRequest request, IProgress<ImportProgress>? progress = null, CancellationToken cancel = default)
    {
        var preset = _presets.FirstOrDefault(p => p.Name == request.Preset) ?? throw new ImportException($"There is no preset '{request.Preset}'; there are {string.Join(", ", Presets)}.");
        foreach (var file in request.Files.Where(f => !File.Exists(f))) throw new ImportException($"{file} does not exist.");
        if (request.Files.Count == 0) throw new ImportException("Name at least one file.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone ?? _shop.TimeZone, out var zone)) throw new ImportException($"'{request.TimeZone}' is not a time zone; write one such as Europe/London.");
        var run = new ImportRun(Guid.CreateVersion7().ToString("N")[..20], preset, request, zone, _shop.Currency, _time.GetUtcNow());
        _running[run.Report.Id] = true;
        if (!request.DryRun) await _store.StartAsync(run.Report.Id, preset.Name, request.Files.Select(f => Path.GetFileName(f)!), _time.GetUtcNow());
        var started = Stopwatch.GetTimestamp();
        try
        {
            await CarryOutAsync(run, progress, cancel);
        }
        catch (Exception problem)
        {
            run.Report.Status = problem is OperationCanceledException ? "cancelled" : "failed";
            throw;
        }
        finally
        {
            run.Close(Stopwatch.GetElapsedTime(started));
            if (!request.DryRun) await _store.FinishAsync(run.Report, _time.GetUtcNow());
            _running.TryRemove(run.Report.Id, out _);
        }
        return run.Report;
    }

    /// <summary>Takes an import back: its events, the products it created, and what it was remembered by.</summary>
    /// <returns>How many event rows were removed; 0 when it had been undone before.</returns>
    public async Task<int> UndoAsync(string id, CancellationToken cancel = default)
    {
        var line = (await _store.ListAsync(10_000, cancel)).FirstOrDefault(i => i.Id == id) ?? throw new ImportException($"There is no import {id}.");
        if (_running.ContainsKey(id)) throw new ImportException("This import is running: cancel it first.");
        var removed = 0;
        await _writer.ExclusiveAsync(async session => removed = await session.RemoveSourceAsync(Source(id)));
        await _catalog.RemoveSourceAsync(Source(id), CancellationToken.None);
        await _store.ForgetAsync(id);
        var report = line.Read() ?? new ImportReport { Id = id, Preset = line.Preset, DryRun = false, TimeZone = _shop.TimeZone, Currency = _shop.Currency };
        report.Status = "undone";
        await _store.FinishAsync(report, _time.GetUtcNow());
        return removed;
    }

    internal static string Source(string id) => $"import:{id}";

    private async Task CarryOutAsync(ImportRun run, IProgress<ImportProgress>? progress, CancellationToken cancel)
    {
        var channel = Channel.CreateBounded<List<Unit>>(2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(run, channel.Writer, progress, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in channel.Reader.ReadAllAsync(cancel)) await StoreAsync(run, batch, cancel);
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ReadAsync(ImportRun run, ChannelWriter<List<Unit>> batches, IProgress<ImportProgress>? progress, CancellationToken cancel)
    {
        try
        {
            for (var f = 0; f < run.Request.Files.Count; f++)
            {
                using var file = SourceFile.Open(run.Request.Files[f]);
                var batch = new List<Unit>();
                var events = 0;
                foreach (var unit in run.Preset.Read(file, run.Context))
                {
                    batch.Add(unit);
                    events += unit.Events.Count + 1;
                    if (events < BatchEvents) continue;
                    await batches.WriteAsync(batch, cancel);
                    progress?.Report(new ImportProgress(Path.GetFileName(file.Path), (f + file.Progress) / run.Request.Files.Count, run.Report.Rows));
                    (batch, events) = ([], 0);
                }
                await batches.WriteAsync(batch, cancel);
            }
            batches.Complete();
        }
        catch (Exception problem)
        {
            batches.Complete(problem);
        }
    }

    private async Task StoreAsync(ImportRun run, List<Unit> units, CancellationToken cancel)
    {
        if (units.Count == 0) return;
        var hashed = units.Select(u => (Unit: u, Hash: (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(u.Content.AsSpan())))).ToList();
        var known = await _store.KnownAsync(units.Select(u => u.Key), cancel);
        var fresh = hashed.Where(u => !known.ContainsKey(u.Unit.Key)).ToList();
        var changed = hashed.Where(u => known.TryGetValue(u.Unit.Key, out var hash) && hash != u.Hash).ToList();
        if (!run.Request.DryRun)
        {
            if (changed.Count > 0) await _writer.ExclusiveAsync(session => session.RemoveMessagesAsync([.. changed.Select(u => u.Unit.Key)]));
            await _writer.AppendWhenRoomAsync([.. fresh.Concat(changed).SelectMany(u => u.Unit.Events)], cancel);
        }
        var products = units.SelectMany(u => u.Catalog).ToList();
        if (products.Count > 0) await _catalog.UpsertAsync(products, Source(run.Report.Id), run.Request.DryRun, cancel);
        if (!run.Request.DryRun && fresh.Count + changed.Count > 0) await _store.RememberAsync([.. fresh.Concat(changed)], run.Report.Id, cancel);
        run.Count(units, [.. fresh.Select(u => u.Unit.Key)], [.. changed.Select(u => u.Unit.Key)]);
    }
}
