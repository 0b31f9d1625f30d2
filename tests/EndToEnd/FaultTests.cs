using BehaviorDashboard.Testing;
using Npgsql;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Whatever befalls a cluster: what was acknowledged is stored once, and every node shows it again by itself.</summary>
public class FaultTests
{
    [Fact]
    public async Task What_was_acknowledged_is_stored_once_and_shown_by_every_node_whatever_fails()
    {
        Assert.SkipWhen(Cluster.Missing is not null, Cluster.Missing ?? "");
        // The disk of a server that serves other tests is not filled: that is done by the benchmark of the same name.
        if (MovableClock.Missing is { } missing) TestContext.Current.AddWarning("Not tried: a node's clock that jumps. " + missing);
        await using var cluster = await Cluster.StartForFaultsAsync(2, null);
        var log = new List<string>();
        var report = await new FaultRun(cluster, () => CutAsync(cluster.Database), 20_261_126) { Say = log.Add, Pace = 2 }.RunAsync(TimeSpan.FromSeconds(20));
        Assert.True(report.Wrong.Count == 0, string.Join('\n', report.Wrong.Concat(log)));
        Assert.True(report.Acknowledged > 1_000 && report.Resent > 0, $"{report.Acknowledged} events, {report.Resent} batches sent again: the test proved nothing.");
    }

    /// <summary>Every connection is ended in the middle of what it does; the server itself serves other tests.</summary>
    private static async Task CutAsync(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await using var cut = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = @Name and pid <> pg_backend_pid()", connection);
            cut.Parameters.AddWithValue("Name", settings.Database!);
            await cut.ExecuteNonQueryAsync();
            await Task.Delay(100);
        }
    }
}
