using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Storage;

/// <summary><c>backup file-or-folder [--json]</c>: while everything runs.</summary>
internal sealed class BackupCommand(BackupService backups) : ICommand
{
    public string Name => "backup";

    public string Summary => "Copy the store and its folder's files into one proven file, while everything runs: backup <file-or-folder> [--json]";

    public bool MakesFiles => true;

    public Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel) =>
        BackupLine.RunAsync(arguments, ["--json"], "a file or folder for the backup", errors, async line =>
        {
            var report = await backups.BackupAsync(line.Rest[0], errors.WriteLine, cancel);
            await output.WriteLineAsync(line.Has("--json")
                ? JsonSerializer.Serialize(report, BackupJson.Options)
                : string.Create(CultureInfo.InvariantCulture, $"{report.File}: {report.Bytes / 1e6:N1} MB, {report.Tables.Count} tables with {report.Tables.Sum(t => t.Rows):N0} rows, {report.Files.Count} other files; counts and checksums agree."));
        });
}

/// <summary><c>restore file-or-folder [--replace] [--json]</c>: while nothing runs.</summary>
internal sealed class RestoreCommand(BackupService backups) : ICommand
{
    public string Name => "restore";

    public string Summary => "Put a backup in the store's place, while no server runs: restore <file-or-folder> [--replace] [--json]";

    public bool MakesFiles => true;

    public Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel) =>
        BackupLine.RunAsync(arguments, ["--replace", "--json"], "a backup", errors, async line =>
        {
            var report = await backups.RestoreAsync(line.Rest[0], line.Has("--replace"), errors.WriteLine, cancel);
            await output.WriteLineAsync(line.Has("--json")
                ? JsonSerializer.Serialize(report, BackupJson.Options)
                : string.Create(CultureInfo.InvariantCulture, $"""
                    The store is now the one of {report.TakenAt:yyyy-MM-dd HH:mm} UTC: {report.Tables.Count} tables with {report.Tables.Sum(t => t.Rows):N0} rows; counts and checksums agree.
                    The store that was there before is kept: {report.KeptAs}. Remove it when you no longer need it.
                    """));
        });
}

internal static class BackupLine
{
    /// <param name="what">The one word the command needs.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, string[] flags, string what, TextWriter errors, Func<CommandLine, Task> work)
    {
        var line = CommandLine.Parse(arguments, flags, [], out var problem);
        if (line is null || line.Rest.Count != 1 || line.Rest[0].Length == 0)
        {
            await errors.WriteLineAsync(problem ?? $"Name {what}.");
            return 2;
        }
        try
        {
            await work(line);
            return 0;
        }
        catch (BackupException refused)
        {
            await errors.WriteLineAsync(refused.Message);
            return 1;
        }
    }
}
