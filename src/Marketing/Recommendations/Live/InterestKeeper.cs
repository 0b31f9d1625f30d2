using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Reads what people did into memory at the start and grows it by every commit, off the writer's thread; begins anew when
/// history was rewritten, so that an erased person is gone from here too. The writer tells it of commits, so it asks for the writer only when it runs.
/// </summary>
internal sealed class InterestKeeper(InterestStore store, IServiceProvider services, PersonMemory people, CoVisits coVisits, IOptions<RecommendationsOptions> options, ShopClock clock, TimeProvider time, ILogger<InterestKeeper> logger) : BackgroundService, ICommittedEvents
{
    private const int VisitDays = 7;
    private readonly CommitQueue _commits = new();

    void ICommittedEvents.OnCommitted(CommittedBatch batch) => _commits.Add(batch);

    void ICommittedEvents.OnRewritten() => _commits.AddRewritten();

    /// <summary>Everything from the store; what is committed from now on waits for <see cref="Fold"/>.</summary>
    public async Task LoadAsync(CancellationToken cancel)
    {
        _commits.Follow();
        people.Clear();
        coVisits.Clear();
        var (to, now) = (await store.LastSeenAsync(clock.Now, cancel), options.Value);
        await store.AliasesAsync(people.Link, cancel);
        var (person, touches) = ("", new List<Touch>());
        await store.ReadAsync(to.AddDays(-now.HistoryDays), to.AddSeconds(1), now, row =>
        {
            if (row.Person != person) Put();
            person = row.Person;
            touches.Add(new Touch(row.Product, row.Weight, row.Last, row.Bought, row.Carted));
        }, learning: false, cancel);
        Put();
        people.Trim(now.PeopleInMemory);
        await store.VisitsAsync(to.AddDays(-VisitDays), coVisits.Add, cancel);

        void Put()
        {
            if (touches.Count > 0) people.Put(person, touches);
            touches.Clear();
        }
    }

    /// <summary>Folds what was committed; true when history was rewritten meanwhile.</summary>
    public bool Fold()
    {
        while (_commits.TryTake(out var batch))
        {
            if (batch is null) return true;
            foreach (var link in batch.Links) people.Link(link.Alias, link.PersonKey);
            foreach (var e in batch.Events)
            {
                if (e.PersonKey is null || Interest.Of(e) is not { } touch) continue;
                people.Add(e.PersonKey, touch);
                coVisits.Add(e.PersonKey, touch.Product, touch.Weight, touch.Last);
            }
        }
        people.Trim(options.Value.PeopleInMemory * 11 / 10);
        return false;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var load = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (load)
                {
                    // Accepting events goes before knowing tastes: both read the whole history.
                    await services.GetRequiredService<EventWriter>().WarmUpAsync(stoppingToken);
                    await LoadAsync(stoppingToken);
                }
                load = Fold();
                if (!load) await _commits.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                logger.LogError(problem, "The interest of people will be read again.");
                load = true;
                await Task.Delay(TimeSpan.FromSeconds(2), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
