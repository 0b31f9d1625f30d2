using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Storage;

/// <summary><c>migrate-store --to connection [--json]</c>: from the embedded store to PostgreSQL, while everything runs.</summary>
internal sealed class MoveStoreCommand(StoreMove move) : ICommand
{
    public string Name => "migrate-store";

    public string Summary => "Copy the embedded store to PostgreSQL, while everything runs: migrate-store --to \"Host=…;Database=…\" [--json]";

    public bool TakesFiles => false;

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, ["--json"], ["--to"], out var problem);
        if (line?.Value("--to") is not { Length: > 0 } to || line.Rest.Count > 0)
        {
            await errors.WriteLineAsync(problem ?? "Name the PostgreSQL database: migrate-store --to \"Host=…;Database=…;Username=…;Password=…\"");
            return 2;
        }
        try
        {
            var report = await move.RunAsync(to, errors.WriteLine, cancel);
            await output.WriteLineAsync(line.Has("--json") ? JsonSerializer.Serialize(report, BackupJson.Options) : Words(report));
            return 0;
        }
        catch (BackupException refused)
        {
            await errors.WriteLineAsync(refused.Message);
            return 1;
        }
    }

    private static string Words(MoveReport report) => string.Create(CultureInfo.InvariantCulture, $"""
        {report.Tables.Count} tables with {report.Tables.Sum(t => t.Rows):N0} rows are in PostgreSQL; counts and checksums agree.
        What remains to do:
        {(report.Live ? "1. Stop the web server. What it stores until then is not in PostgreSQL yet.\n2. Run this command once more; it copies only what differs.\n3." : "1.")} Set Storage__Postgres to this connection and start the web server.
        The embedded store stays as it is; remove its folder when you no longer need it.
        """);
}
