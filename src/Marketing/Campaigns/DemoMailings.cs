using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>The demo shop's past mailings as campaigns that have ended: their results are measured from the stored events like any other's, and effects of people are learned from them.</summary>
internal sealed class DemoMailings(Database database, CampaignStore campaigns, CampaignSignal changed, TrainingService training) : IDemoSeeder
{
    private const decimal Cost = 0.02m;

    private const string Close = """
        update campaigns set status = 'ended', created_at = @At, updated_at = @At, started_at = @At, ended_at = @At, seen_until = @At, holdout = @Holdout where id = @Id
        """;

    private const string Deliver = "update campaign_messages set state = 'sent', attempts = 1, settled_at = due_at where campaign_id = @Id";

    public Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel) => Task.CompletedTask;

    public async Task MailingsAsync(IReadOnlyList<DemoMailing> mailings, CancellationToken cancel)
    {
        var known = (await campaigns.AllAsync(cancel)).Select(c => c.Read().Reference).ToHashSet(StringComparer.Ordinal);
        var missing = mailings.Where(m => !known.Contains(m.Id)).ToList();
        foreach (var mailing in missing) await AddAsync(mailing, cancel);
        if (missing.Count == 0) return;
        changed.Signal.Raise();
        await training.QueueAsync(UpliftTrainer.Name, cancel: cancel);
    }

    private Task AddAsync(DemoMailing mailing, CancellationToken cancel)
    {
        var spec = new CampaignSpec
        {
            Reference = mailing.Id, Discount = mailing.Discount, CostPerMessage = Cost, Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, mailing.Subject, "<p>Hello {{ person.first_name }},</p><p>" + mailing.Subject + "</p>")] }],
        };
        var everybody = mailing.Treated.Select(p => (Person: p, Arm: "A")).Concat(mailing.Held.Select(p => (Person: p, Arm: Assignment.Held)));
        var entry = AudienceService.RunEntry(mailing.SentAt);
        return database.WriteAsync(async session =>
        {
            var id = await CampaignStore.AddAsync(session, mailing.Name, spec.ToJson(), new CampaignNote(mailing.SentAt, CampaignRunner.Product, "created", ""));
            await AudienceStore.FreezeAsync(session, id, [.. everybody.Select(p => new Taken(p.Person, entry, p.Arm, null, mailing.SentAt, null))], mailing.SentAt);
            await session.ExecuteAsync(Deliver, new { Id = id });
            await session.ExecuteAsync(Close, new { Id = id, At = mailing.SentAt, Holdout = (double)mailing.Held.Count / (mailing.Treated.Count + mailing.Held.Count) });
            await CampaignStore.NoteAsync(session, id, new CampaignNote(mailing.SentAt, CampaignRunner.Product, "started", ""));
            await CampaignStore.NoteAsync(session, id, new CampaignNote(mailing.SentAt, CampaignRunner.Product, "ended", ""));
        }, cancel);
    }
}
