using BehaviorDashboard.Profiles;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Who wants no lists of their own: known to every request without asking the store. A change of mind is followed within
/// <see cref="Every"/>.
/// </summary>
internal sealed class Personalisation(Database database, ConsentService consents, TimeProvider time, ILogger<Personalisation> logger) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private sealed record Mark(long Count, DateTimeOffset Newest);

    private HashSet<string> _without = [];
    private Mark? _read;

    public bool Allows(string person) => !Volatile.Read(ref _without).Contains(person);

    public async Task RefreshAsync(CancellationToken cancel = default)
    {
        // Merges and erasures change whose a consent is without changing the table's newest line: people count too.
        var mark = await database.FirstOrDefaultAsync<Mark>("select (select count(*) from consents) + (select count(*) from identities) as Count, coalesce((select max(changed_at) from consents), cast(@Never as timestamptz)) as Newest", new { Never = DateTimeOffset.UnixEpoch }, cancel);
        if (mark == _read) return;
        var without = (await database.QueryAsync<string>(consents.Without(Purposes.Personalisation), null, cancel)).ToHashSet(StringComparer.Ordinal);
        Volatile.Write(ref _without, without);
        _read = mark;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                logger.LogError(problem, "Who wants no lists of their own could not be read; those known before still get none.");
            }
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
