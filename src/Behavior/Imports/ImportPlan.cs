namespace BehaviorDashboard.Imports;

/// <summary>An import that can begin: its preset is known and every file's form is decided.</summary>
internal sealed record ImportPlan(ImportRequest Request, IPreset Preset, IReadOnlyList<(string Path, FileFormat Format)> Files)
{
    public IEnumerable<FileReport> Describe() => Files.Select(f => new FileReport(Path.GetFileName(f.Path), f.Format.Encoding.WebName, Preset.Layout is null ? "" : f.Format.Delimiter.ToString(),
        f.Format.DecimalMark?.ToString().ToLowerInvariant(), f.Format.Dates switch { DateOrder.DayFirst => "dmy", DateOrder.MonthFirst => "mdy", _ => null }));
}

/// <summary>What a look at a file shows before anything is imported.</summary>
/// <param name="Preset">The preset that fits, <see cref="ColumnMapping.Preset"/>, or null where nothing is known.</param>
/// <param name="Mapping">For a table: the remembered mapping of its header, else a guess.</param>
/// <param name="Remembered">Whether the mapping was used before.</param>
/// <param name="Header">Names of the columns; empty for files that are no tables.</param>
public sealed record FileGuess(string? Preset, ColumnMapping? Mapping, bool Remembered, IReadOnlyList<string> Header);

/// <summary>Finds out what files are and how they are written.</summary>
internal sealed class ImportPlanner(IEnumerable<IPreset> presets, ImportsStore store, Ingest.EventNormalizer normalizer, ImportsOptions options)
{
    private readonly IPreset[] _presets = [.. presets];

    public IReadOnlyList<string> Presets => [.. _presets.Select(p => p.Name)];

    public long Largest => options.UnpackedMegabytes * 1024L * 1024;

    public async Task<FileGuess> GuessAsync(string path, FormatWish wish, CancellationToken cancel)
    {
        using var file = SourceFile.Open(path, SourceFile.Detect(path, wish, Largest), Largest);
        var buffer = new char[4_096];
        var start = new string(buffer, 0, await file.Reader.ReadBlockAsync(buffer, cancel));
        if (_presets.FirstOrDefault(p => p.BeginsLike(start)) is { } plain) return new FileGuess(plain.Name, null, false, []);
        var header = Header(path, wish);
        var columns = new Columns(header);
        var fits = _presets.FirstOrDefault(p => p.Layout?.Fits(columns) == true);
        var remembered = await store.MappingAsync(ColumnMapping.Signature(header), cancel);
        var mapping = remembered ?? MappingFields.Guess(header);
        return new FileGuess(remembered is not null ? ColumnMapping.Preset : fits?.Name, mapping, remembered is not null, header);
    }

    /// <exception cref="FormatQuestionException">A value could be read in two ways, and nothing else in the files tells which.</exception>
    /// <exception cref="ImportException">The preset, a file or the mapping is not there or does not fit.</exception>
    public async Task<ImportPlan> PlanAsync(ImportRequest request, CancellationToken cancel)
    {
        foreach (var file in request.Files.Where(f => !File.Exists(f))) throw new ImportException($"{file} does not exist.");
        if (request.Files.Count == 0) throw new ImportException("Name at least one file.");
        var asked = request;
        if (request.Preset == ImportRequest.Guess)
        {
            var guess = await GuessAsync(request.Files[0], request.Format, cancel);
            if (guess.Preset is null)
                throw new ImportException($"{Path.GetFileName(request.Files[0])} is not known: its columns are {string.Join(", ", guess.Header)}. Name a preset ({string.Join(", ", Presets)}), or say which column is what with --as orders --map order_id=…,date=…");
            asked = request with { Preset = guess.Preset, Mapping = request.Mapping ?? guess.Mapping };
        }
        var preset = asked.Preset == ColumnMapping.Preset ? await MappedAsync(asked, cancel)
            : _presets.FirstOrDefault(p => p.Name == asked.Preset) ?? throw new ImportException($"There is no preset '{asked.Preset}'; there are {string.Join(", ", Presets)}, {ColumnMapping.Preset} and {ImportRequest.Guess}.");
        return new ImportPlan(asked, preset, Formats(asked, preset, cancel));
    }

    /// <summary>The next file with these columns is read the same way.</summary>
    public Task RememberAsync(ImportPlan plan, ColumnMapping mapping, DateTimeOffset now) => store.RememberMappingAsync(ColumnMapping.Signature(Header(plan.Files[0].Path, plan.Request.Format)), mapping, now);

    private async Task<IPreset> MappedAsync(ImportRequest request, CancellationToken cancel)
    {
        var header = Header(request.Files[0], request.Format);
        var mapping = request.Mapping ?? await store.MappingAsync(ColumnMapping.Signature(header), cancel)
            ?? throw new ImportException("No mapping is remembered for files with these columns: say which column is what with --as orders --map order_id=…,date=…");
        if (mapping.Problems(header) is { Count: > 0 } problems) throw new ImportException(string.Join(" ", problems));
        return MappedPreset.Of(mapping, normalizer);
    }

    /// <summary>Decimal mark and dates of each file: as wished, as its own values prove, or as another file of the import proves.</summary>
    private List<(string, FileFormat)> Formats(ImportRequest request, IPreset preset, CancellationToken cancel)
    {
        var files = new List<(string Path, FileFormat Format, FormatScan? Scan)>();
        foreach (var path in request.Files)
        {
            cancel.ThrowIfCancellationRequested();
            var format = SourceFile.Detect(path, request.Format, Largest);
            FormatScan? scan = null;
            if (preset.Layout is { Known.Count: > 0 } known && Header(path, request.Format) is var header && known.IsForeign(new Columns(header)))
                throw new ImportException($"{Path.GetFileName(path)} is not {preset.Name}: it has none of its columns ({string.Join(", ", known.Known.Select(group => group[0]))}); its first line is {Shortened(string.Join(format.Delimiter, header))}");
            if (preset.Layout is { } layout && (format.DecimalMark is null || format.Dates is null))
            {
                using var file = SourceFile.Open(path, format, Largest);
                scan = FormatScan.Run(file, layout);
            }
            files.Add((path, format with { DecimalMark = format.DecimalMark ?? scan?.DecimalMark, Dates = format.Dates ?? scan?.Dates }, scan));
        }
        var decimals = files.Select(f => f.Format.DecimalMark).OfType<DecimalMark>().Distinct().ToList();
        var dates = files.Select(f => f.Format.Dates).OfType<DateOrder>().Distinct().ToList();
        var questions = new List<FormatQuestion>();
        for (var i = 0; i < files.Count; i++)
        {
            var (path, format, scan) = files[i];
            if (format.DecimalMark is null && decimals.Count == 1) format = format with { DecimalMark = decimals[0] };
            else if (format.DecimalMark is null && scan?.UnclearDecimal is { } unclear) questions.Add(unclear);
            if (format.Dates is null && dates.Count == 1) format = format with { Dates = dates[0] };
            else if (format.Dates is null && scan?.UnclearDates is { } unsure) questions.Add(unsure);
            files[i] = (path, format, scan);
        }
        if (questions.Count > 0) throw new FormatQuestionException([.. questions.DistinctBy(q => q.Asks)]);
        return [.. files.Select(f => (f.Path, f.Format))];
    }

    private static string Shortened(string text) => string.Concat(text.Take(200).Select(c => char.IsControl(c) ? '·' : c)) + (text.Length > 200 ? " …" : "");

    private string[] Header(string path, FormatWish wish)
    {
        using var file = SourceFile.Open(path, SourceFile.Detect(path, wish, Largest), Largest);
        var text = new CsvText(file.Reader, file.Format.Delimiter);
        while (text.Read())
            if (text.Fields is not [""]) return [.. text.Fields.Select(f => f.Trim('\uFEFF', ' '))];
        return [];
    }
}
