using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Campaigns;

/// <summary>
/// Learns whom campaigns move from the people of past ones: written to and held out, with what was known of them at that
/// time. What it publishes is the predicted effect of each person; the learner itself is not kept.
/// </summary>
internal sealed class UpliftTrainer(Database database, ModelRegistry registry, IOptions<ShopOptions> shop, TimeProvider time) : IModelTrainer
{
    private const int LeastHeld = 200;
    private const int LeastConverted = 40;
    private const int Seed = 7;

    /// <summary>Standard errors. A ranking that is not clearly worse than random is used: in a small shop no validation can show more, and it still follows who opens and buys.</summary>
    private const double Clear = 2;

    /// <summary>What was known of somebody at an instant, from their events alone: a profile row of today would know the outcome.</summary>
    private const string Known = """
        select a.user_id as Person, a.arm as Arm, a.campaign_id as CampaignId,
            cast(count(*) filter (where e.name = 'Order Completed' and e.type <> 'item') as double precision) as orders,
            coalesce(cast(sum(case when e.name = 'Order Completed' and e.type <> 'item' and (e.currency is null or e.currency = @Currency) then e.revenue end) as double precision), 0) as revenue,
            cast(count(*) filter (where e.name = 'Product Viewed') as double precision) as views, cast(count(*) filter (where e.name = 'Product Added') as double precision) as adds,
            cast(count(*) filter (where e.name = 'Products Searched') as double precision) as searches, cast(count(distinct e.session_id) as double precision) as visits,
            cast(count(distinct case when e.occurred_at > a.at_ - interval '28 days' then e.session_id end) as double precision) as visits_recent,
            cast(count(*) filter (where e.name = 'Email Delivered') as double precision) as mailed, cast(count(*) filter (where e.name = 'Email Opened') as double precision) as opened,
            cast(count(*) filter (where e.name = 'Email Link Clicked') as double precision) as clicked,
            cast(extract(epoch from a.at_) - extract(epoch from max(e.occurred_at)) as double precision) / 86400 as since_seen,
            cast(extract(epoch from a.at_) - extract(epoch from max(case when e.name = 'Order Completed' then e.occurred_at end)) as double precision) / 86400 as since_order,
            cast(extract(epoch from a.at_) - extract(epoch from min(e.occurred_at)) as double precision) / 86400 as age
        from {0} a left join identities i on i.alias = a.user_id
        left join (select coalesce(j.user_id, v.user_id) as user_id, v.occurred_at, v.name, v.type, v.revenue, v.currency, v.session_id from events v left join identities j on j.alias = v.user_id) e
            on e.user_id = coalesce(i.user_id, a.user_id) and e.occurred_at < a.at_
        group by a.user_id, a.arm, a.campaign_id, a.at_ order by a.user_id, a.campaign_id
        """;

    private const string Past = "(select user_id, min(arm) as arm, campaign_id, min(due_at) as at_ from campaign_people where arm <> 'out' and campaign_id = any(@Ids) group by user_id, campaign_id)";

    private const string Now = "(select user_id, '' as arm, 0 as campaign_id, cast(@Now as timestamptz) as at_ from profiles where is_known)";

    private const string Finished = "select id as Id, spec as Spec from campaigns where started_at is not null and holdout > 0";

    private const string Converted = """
        select distinct a.user_id from (select user_id, min(due_at) as since, max(due_at) as last from campaign_people where campaign_id = @Id and arm <> 'out' group by user_id) a
        left join identities i on i.alias = a.user_id
        join (select coalesce(j.user_id, v.user_id) as user_id, v.occurred_at from events v left join identities j on j.alias = v.user_id where v.name = @Goal and v.type <> 'item') e
            on e.user_id = coalesce(i.user_id, a.user_id) and e.occurred_at > a.since and e.occurred_at <= a.last + @Days * interval '1 day'
        """;

    private const string Complete = "select campaign_id from campaign_people where arm <> 'out' group by campaign_id having max(due_at) < @Before";

    private const string Opened = "select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id where e.name = @Name and e.campaign_id in (@Own, @Reference) and e.user_id <> ''";

    private static readonly string[] Names = ["orders", "revenue", "views", "adds", "searches", "visits", "visits 28 days", "mailed", "opened", "clicked", "days since seen", "days since order", "age", "open rate"];

    private sealed record PastSpec(int Id, string Spec);

    private sealed record Score(string Person, double Effect);

    public const string Name = "uplift";

    public string Kind => Name;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0.05);
        var specs = await database.QueryAsync<PastSpec>(Finished, null, context.Cancel);
        var ready = specs.Select(s => (s.Id, Spec: CampaignSpec.Parse(s.Spec))).ToList();
        var complete = new List<(int Id, CampaignSpec Spec)>();
        foreach (var days in ready.GroupBy(r => r.Spec.WindowDays))
        {
            var over = (await database.QueryAsync<int>(Complete, new { Before = time.GetUtcNow().AddDays(-days.Key) }, context.Cancel)).ToHashSet();
            complete.AddRange(days.Where(d => over.Contains(d.Id)));
        }
        if (complete.Count == 0) return TrainingOutcome.Refused("finished campaigns with a holdout 0 < 1");
        var converted = new Dictionary<int, HashSet<string>>();
        var opened = new Dictionary<int, HashSet<string>>();
        foreach (var (id, spec) in complete.Where(c => c.Spec.Channel == Channels.Email)) opened[id] = [.. await database.QueryAsync<string>(Opened, new { Name = CampaignEvents.Opened, Own = PublicLinks.Reference(id), Reference = PublicLinks.Reference(id, spec) }, context.Cancel)];
        foreach (var (id, spec) in complete) converted[id] = [.. await database.QueryAsync<string>(Converted, new { Id = id, spec.Goal, Days = spec.WindowDays }, context.Cancel)];
        var past = await ReadAsync(Past, new { Ids = SqlList.Of(complete.Select(c => c.Id)), Currency = shop.Value.Currency }, context.Cancel);
        var held = past.Count(p => p.Arm == Assignment.Held);
        var outcomes = past.Select(p => converted[p.Campaign].Contains(p.Person) ? 1.0 : 0).ToList();
        if (held < LeastHeld) return TrainingOutcome.Refused($"people held out {held} < {LeastHeld}");
        if (past.Count - held < LeastHeld) return TrainingOutcome.Refused($"people written to {past.Count - held} < {LeastHeld}");
        if (outcomes.Sum() < LeastConverted) return TrainingOutcome.Refused(string.Create(CultureInfo.InvariantCulture, $"conversions {outcomes.Sum():0} < {LeastConverted}"));
        var table = new UpliftTable(Names, [.. past.Select(p => p.Row)], [.. past.Select(p => p.Arm != Assignment.Held)], outcomes,
            // Other channels do not tell who took notice; nor do mails while nobody's opening is counted.
            opened.Values.Any(o => o.Count > 0) ? [.. past.Select(p => !opened.TryGetValue(p.Campaign, out var who) || who.Contains(p.Person))] : null);
        var model = await context.ComputeAsync(() => UpliftModel.Fit(table, Seed, share => context.Report("learning", 0.1 + 0.7 * share), context.Cancel));
        context.Report("scoring", 0.85);
        var people = await ReadAsync(Now, new { Now = time.GetUtcNow(), Currency = shop.Value.Currency }, context.Cancel);
        var scores = await context.ComputeAsync(() => people.Select(p => new Score(p.Person, model.Predict(p.Row))).ToList());
        using var content = new MemoryStream();
        await using (var zip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true)) await JsonSerializer.SerializeAsync(zip, scores, cancellationToken: context.Cancel);
        var quality = new Dictionary<string, double> { ["qini"] = model.Qini, ["qini error"] = model.Error, ["held"] = held, ["conversions"] = outcomes.Sum() };
        return TrainingOutcome.Of(new TrainedModel(content.ToArray(), model.Qini > Clear * model.Error ? "better" : "not better", model.Qini > -Clear * model.Error, Names, quality, null, time.GetUtcNow(), past.Count, Seed));
    }

    public async Task PublishedAsync(ModelVersion version, CancellationToken cancel)
    {
        var bytes = await registry.ContentAsync(version.Id, cancel) ?? [];
        using var zip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        var scores = JsonSerializer.Deserialize<List<Score>>(zip)!;
        await database.WriteAsync(session => KeepAsync(session, version.Id, scores), cancel);
    }

    public Task HeardAsync(ModelVersion version, CancellationToken cancel) => Task.CompletedTask;

    private static async Task KeepAsync(Session session, int version, List<Score> scores)
    {
        await session.ExecuteAsync("delete from campaign_scores where version_id <> @Id", new { Id = version });
        foreach (var part in scores.Chunk(20_000))
            await session.ExecuteAsync("insert into campaign_scores (user_id, effect, version_id) select n.who, n.effect, @Id from (select unnest(@People) as who, unnest(@Effects) as effect) n on conflict (user_id) do update set effect = excluded.effect, version_id = excluded.version_id",
                new { Id = version, People = SqlList.Of(part.Select(s => s.Person)), Effects = SqlList.Of(part.Select(s => s.Effect)) });
    }

    private async Task<List<(string Person, string Arm, int Campaign, double[] Row)>> ReadAsync(string from, object arguments, CancellationToken cancel)
    {
        var rows = new List<(string, string, int, double[])>();
        await database.ReadAsync(async session =>
        {
            await session.ReadRowsAsync(Known.Replace("{0}", from, StringComparison.Ordinal), arguments, row =>
            {
                var figures = Enumerable.Range(3, 13).Select(i => row.IsDBNull(i) ? double.NaN : row.GetDouble(i)).ToList();
                rows.Add((row.GetString(0), row.GetString(1), row.GetInt32(2), [.. figures, figures[7] > 0 ? (figures[8] + 0.5) / (figures[7] + 1) : double.NaN]));
            });
            return true;
        }, cancel);
        return rows;
    }
}
