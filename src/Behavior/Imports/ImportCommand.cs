using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Imports;

/// <summary><c>import preset files… [--dry-run] [--json] [--time-zone zone] [--errors file]</c>, <c>import --list</c>, <c>import --undo id</c>.</summary>
internal sealed class ImportCommand(ImportService imports) : ICommand
{
    public string Name => "import";

    public string Summary => "Bring files in: import <preset> <files> [--dry-run] [--json] [--time-zone zone] [--errors file.csv]; --list; --undo <id>";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, ["--dry-run", "--json", "--list"], ["--time-zone", "--errors", "--undo"], out var problem);
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
        if (line.Rest.Count < 2) throw new ImportException($"Name a preset ({string.Join(", ", imports.Presets)}) and at least one file.");
        var progress = new LineProgress(errors);
        var report = await imports.RunAsync(new ImportRequest(line.Rest[0], [.. line.Rest.Skip(1)], line.Has("--dry-run"), line.Value("--time-zone")), progress, cancel);
        if (line.Value("--errors") is { } file) await File.WriteAllTextAsync(file, ErrorFile.Text(report.Errors), cancel);
        if (line.Has("--json")) await output.WriteLineAsync(JsonSerializer.Serialize(report, ImportJson.Default.ImportReport));
        else await WriteAsync(report, output);
        return report.Skipped == 0 ? 0 : 1;
    }

    private static async Task WriteAsync(ImportReport report, TextWriter output)
    {
        var c = CultureInfo.InvariantCulture;
        await output.WriteLineAsync(string.Create(c, $"{(report.DryRun ? "Would import" : "Imported")} {report.Rows:N0} rows in {report.Seconds:N1} s (import {report.Id}, times in {report.TimeZone})."));
        await output.WriteLineAsync(string.Create(c, $"  {report.Created:N0} created, {report.Updated:N0} updated, {report.Unchanged:N0} unchanged, {report.Skipped:N0} skipped"));
        await output.WriteLineAsync(string.Create(c, $"  {report.Customers:N0} customers, {report.Orders:N0} orders, {report.Products:N0} products, net revenue {report.Revenue:N2} {report.Currency}; {report.RowsWithoutCustomer:N0} rows name no customer"));
        foreach (var kind in report.Kinds)
            await output.WriteLineAsync(string.Create(c, $"  {kind.Kind}: {kind.Count:N0} from {kind.Rows:N0} rows, {kind.Revenue:N2} {report.Currency}: {kind.Meaning}"));
        foreach (var skipped in report.Errors.Take(20))
            await output.WriteLineAsync($"  skipped {skipped.File} line {skipped.Line}, {skipped.Column}: {skipped.Reason}");
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
