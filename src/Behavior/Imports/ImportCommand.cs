using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Imports;

/// <summary><c>import preset files…</c>, <c>import --list</c>, <c>import --undo id</c>; see docs/imports.md.</summary>
internal sealed class ImportCommand(ImportService imports, ImportFolder folder) : ICommand
{
    private static readonly string[] Flags = ["--dry-run", "--json", "--list", "--join"];
    private static readonly string[] Values = ["--time-zone", "--errors", "--undo", "--dates", "--decimal", "--delimiter", "--encoding", "--as", "--map"];

    public string Name => "import";

    public string Summary => "Bring files in: import <preset|auto|mapped> <files> [--dry-run] [--json] [--join] [--dates dmy|mdy] [--decimal point|comma] [--delimiter ;] [--encoding name] "
        + "[--as orders|customers|products|events --map field=column,…] [--time-zone zone] [--errors file.csv]; --list; --undo <id>";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Flags, Values, out var problem);
        if (line is null)
        {
            await errors.WriteLineAsync(problem);
            return 2;
        }
        try
        {
            if (line.Has("--list")) return await ListAsync(output, cancel);
            if (line.Value("--undo") is { } id)
            {
                var removed = await imports.UndoAsync(id, cancel);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Removed {removed:N0} event rows."));
                return 0;
            }
            return await ImportAsync(line, output, errors, cancel);
        }
        catch (ImportException refused)
        {
            await errors.WriteLineAsync(refused.Message);
            return 1;
        }
    }

    private async Task<int> ImportAsync(CommandLine line, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var request = Request(line);
        var report = await imports.RunAsync(request, new LineProgress(errors), cancel);
        if (line.Value("--errors") is { } file)
        {
            if (folder.FindErrors(report.Id) is { } skipped) File.Copy(skipped, file, overwrite: true);
            else await File.WriteAllTextAsync(file, ErrorFile.Header, cancel);
        }
        if (line.Has("--json")) await output.WriteLineAsync(JsonSerializer.Serialize(report, ImportJson.Default.ImportReport));
        else await WriteAsync(report, output);
        return report.Skipped == 0 ? 0 : 1;
    }

    private ImportRequest Request(CommandLine line)
    {
        if (line.Rest.Count < 2) throw new ImportException($"Name a preset ({string.Join(", ", imports.Presets)}, {ColumnMapping.Preset}, {ImportRequest.Guess}) and at least one file.");
        var mapping = line.Value("--map") is { } map ? new ColumnMapping(Kind(line.Value("--as")), Pairs(map)) : null;
        return new ImportRequest(line.Rest[0], [.. line.Rest.Skip(1).Select(Path.GetFullPath)], line.Has("--dry-run"), line.Value("--time-zone"))
        {
            Mapping = mapping,
            Join = line.Has("--join"),
            Format = new FormatWish(Delimiter(line.Value("--delimiter")), line.Value("--encoding"),
                line.Value("--decimal") switch { null => null, "point" => DecimalMark.Point, "comma" => DecimalMark.Comma, var other => throw new ImportException($"--decimal is point or comma, not '{other}'.") },
                line.Value("--dates") switch { null => null, "dmy" => DateOrder.DayFirst, "mdy" => DateOrder.MonthFirst, var other => throw new ImportException($"--dates is dmy or mdy, not '{other}'.") }),
        };
    }

    private static MappedKind Kind(string? text) => Enum.TryParse<MappedKind>(text, ignoreCase: true, out var kind) ? kind : throw new ImportException("Say what the rows are: --as orders, customers, products or events.");

    private static Dictionary<string, string> Pairs(string map)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var pair in map.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) throw new ImportException($"--map is written field=column,field=column; '{pair}' is not.");
            pairs[pair[..at].Trim()] = pair[(at + 1)..].Trim();
        }
        return pairs;
    }

    private static char? Delimiter(string? text) => text switch
    {
        null => null,
        "tab" or "\\t" => '\t',
        { Length: 1 } => text[0],
        _ => throw new ImportException("--delimiter is one character, or tab."),
    };

    private static async Task WriteAsync(ImportReport report, TextWriter output)
    {
        var c = CultureInfo.InvariantCulture;
        await output.WriteLineAsync(string.Create(c, $"{(report.DryRun ? "Would import" : "Imported")} {report.Rows:N0} rows in {report.Seconds:N1} s (import {report.Id}{(report.Resumed ? ", gone on with" : "")}, times in {report.TimeZone})."));
        await output.WriteLineAsync(string.Create(c, $"  {report.Created:N0} created, {report.Updated:N0} updated, {report.Unchanged:N0} unchanged, {report.Skipped:N0} skipped"));
        if (report.Joined > 0) await output.WriteLineAsync(string.Create(c, $"  of the updated, {report.Joined:N0} rows were added to orders that were there"));
        if (report.Elsewhere > 0) await output.WriteLineAsync(string.Create(c, $"  of the unchanged, {report.Elsewhere:N0} rows are of orders that had come from another source; they count once, as they came"));
        await output.WriteLineAsync(string.Create(c, $"  {report.Customers:N0} customers, {report.Orders:N0} orders, {report.Products:N0} products, net revenue {report.Revenue:N2} {report.Currency}; {report.RowsWithoutCustomer:N0} rows name no customer"));
        foreach (var kind in report.Kinds)
            await output.WriteLineAsync(string.Create(c, $"  {kind.Kind}: {kind.Count:N0} from {kind.Rows:N0} rows, {kind.Revenue:N2} {report.Currency}: {kind.Meaning}"));
        foreach (var skipped in report.Errors.Take(20))
            await output.WriteLineAsync($"  skipped {skipped.File} line {skipped.Line}, {skipped.Column}: {skipped.Reason}");
        if (report.Skipped > 20) await output.WriteLineAsync(string.Create(c, $"  … all {report.SkippedKept:N0} with --errors file.csv, and in imports/{report.Id}-skipped.csv of the store's folder"));
    }

    private async Task<int> ListAsync(TextWriter output, CancellationToken cancel)
    {
        foreach (var import in await imports.ListAsync(cancel))
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{import.Id}  {import.StartedAt:yyyy-MM-dd HH:mm}  {import.Status,-9}  {import.Preset}  {import.Read()?.Rows:N0} rows  {import.Files.Replace('\n', ' ')}"));
        return 0;
    }

    private sealed class LineProgress(TextWriter errors) : IProgress<ImportProgress>
    {
        private int _shown = -1;

        public void Report(ImportProgress value)
        {
            var tenth = (int)(value.Share * 10);
            if (tenth == _shown) return;
            _shown = tenth;
            errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Share:P0} {value.File}: {value.Rows:N0} rows"));
        }
    }
}
