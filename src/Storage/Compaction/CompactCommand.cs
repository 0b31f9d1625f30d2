using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Storage;

/// <summary><c>compact</c>: takes what was erased off the disk now instead of at the scheduled time.</summary>
internal sealed class CompactCommand(Compaction compaction) : ICommand
{
    public string Name => "compact";

    public string Summary => "compact: copy the store into a new file without what was deleted";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (arguments.Count > 0)
        {
            await errors.WriteLineAsync("compact takes no arguments.");
            return 2;
        }
        if (await compaction.RunAsync(cancel))
        {
            await output.WriteLineAsync("Done.");
            return 0;
        }
        await errors.WriteLineAsync("The store is too busy; try again in a moment.");
        return 1;
    }
}
