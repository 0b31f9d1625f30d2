using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Storage;

/// <summary><c>store distribute</c>: prints what spreads a PostgreSQL store over several servers, and does it when asked.</summary>
internal sealed class StoreCommand(Distribution distribution) : ICommand
{
    public string Name => "store";

    public string Summary => "Spread a PostgreSQL store over several servers with Citus: store distribute [--execute]";

    public bool TakesFiles => false;

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, ["--execute"], [], out var problem);
        if (line?.Rest is not ["distribute"])
        {
            await errors.WriteLineAsync(problem ?? "Say what to do with the store: store distribute [--execute]");
            return 2;
        }
        if (!distribution.IsServer)
        {
            await errors.WriteLineAsync("The store is embedded, and one file cannot be spread. Move it to PostgreSQL first: migrate-store.");
            return 1;
        }
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
        if (!line.Has("--execute"))
        {
            await errors.WriteLineAsync("Nothing was changed. Stop every web server, make a backup, and add --execute.");
            return 0;
        }
        await distribution.RunAsync(plan, cancel);
        await errors.WriteLineAsync("The store is spread over the servers.");
        return 0;
    }
}
