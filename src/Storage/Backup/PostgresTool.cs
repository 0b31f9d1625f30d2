using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace BehaviorDashboard.Storage;

/// <summary>PostgreSQL's own programs, found on the PATH; they get the connection through their environment.</summary>
internal static class PostgresTool
{
    /// <param name="name"><c>pg_dump</c> or <c>pg_restore</c>.</param>
    /// <exception cref="BackupException">It is not installed, or failed; with its own words.</exception>
    public static async Task RunAsync(string name, NpgsqlConnectionStringBuilder connection, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(name) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in Environment(connection)) start.Environment[key] = value;
        using var process = Start(start, name);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        await output;
        if (process.ExitCode != 0) throw new BackupException($"{name} failed: {(await errors).Trim()}");
    }

    private static Process Start(ProcessStartInfo start, string name)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new BackupException($"{name} was not found on the PATH. Install PostgreSQL's client programs (postgresql-client) in the server's version or newer, and try again.", problem);
        }
    }

    private static IEnumerable<(string Key, string Value)> Environment(NpgsqlConnectionStringBuilder connection)
    {
        if (connection.Host is { } host) yield return ("PGHOST", host);
        yield return ("PGPORT", connection.Port.ToString(CultureInfo.InvariantCulture));
        if (connection.Username is { } user) yield return ("PGUSER", user);
        if (connection.Password is { } password) yield return ("PGPASSWORD", password);
        if (connection.Database is { } database) yield return ("PGDATABASE", database);
        if (connection.RootCertificate is { } root) yield return ("PGSSLROOTCERT", root);
        yield return ("PGSSLMODE", connection.SslMode switch { SslMode.VerifyCA => "verify-ca", SslMode.VerifyFull => "verify-full", var mode => mode.ToString().ToLowerInvariant() });
    }
}
