using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Storage;

/// <summary>
/// <c>store months</c> lays the events of an older PostgreSQL store by months; <c>store distribute</c> prints what spreads a store over
/// several servers, and does it when asked.
/// </summary>
internal sealed class StoreCommand(Database database, Distribution distribution) : ICommand
{
    public string Name => "store";

    public string Summary => "Lay the events of an older PostgreSQL store by months: store months. Spread it over several servers with Citus: store distribute [--execute]";

    public bool TakesFiles => false;

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, ["--execute"], [], out var problem);
        if (line?.Rest is not ["distribute" or "months"] || (line.Rest is ["months"] && line.Has("--execute")))
        {
            await errors.WriteLineAsync(problem ?? "Say what to do with the store: store months, or store distribute [--execute]");
            return 2;
        }
        if (database.Dialect.Name != "postgres")
        {
            await errors.WriteLineAsync("The store is embedded: one file, which cannot be laid out otherwise. Move it to PostgreSQL first: migrate-store.");
            return 1;
        }
        return line.Rest is ["months"] ? await LayAsync(output, cancel) : await DistributeAsync(line.Has("--execute"), output, errors, cancel);
    }

    /// <summary>In one transaction; whoever asks meanwhile waits.</summary>
    private async Task<int> LayAsync(TextWriter output, CancellationToken cancel)
    {
        if (await database.ScalarAsync<bool>(EventMonths.Are, cancel: cancel))
        {
            await output.WriteLineAsync("The events lie by months already.");
            return 0;
        }
        await database.WriteAsync(session => session.ExecuteLongAsync(EventMonths.Lay), cancel);
        await database.WriteAsync(session => session.ExecuteLongAsync("analyze events"), cancel);
        var events = await database.ScalarAsync<long>("select count(*) from event_ids", cancel: cancel);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{events:N0} events lie by months now. Start the web servers again."));
        return 0;
    }

    private async Task<int> DistributeAsync(bool execute, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var plan = await distribution.PlanAsync(cancel);
        foreach (var statement in plan.Statements) await output.WriteLineAsync(statement + ";");
        if (!await distribution.HasCitusAsync(cancel))
            plan = plan with { Obstacles = ["The database has no Citus: install it on every server, then run 'create extension citus' and add the servers with citus_add_node.", .. plan.Obstacles] };
        if (plan.Obstacles.Count > 0)
        {
            await errors.WriteLineAsync("Nothing was changed; docs/scale.md says more.");
            foreach (var obstacle in plan.Obstacles) await errors.WriteLineAsync("  " + obstacle);
            return 1;
        }
        if (!execute)
        {
            await errors.WriteLineAsync("Nothing was changed. Stop every web server, make a backup, and add --execute.");
            return 0;
        }
        await distribution.RunAsync(plan, cancel);
        await errors.WriteLineAsync("The store is spread over the servers.");
        return 0;
    }
}
