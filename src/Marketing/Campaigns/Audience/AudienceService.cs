using System.Globalization;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Statistics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Campaigns;

/// <summary>An audience before it is frozen.</summary>
/// <param name="Baseline">Share of a sample of them who reached the goal in the last window, without any campaign.</param>
/// <param name="Detectable">Smallest difference the experiment can see.</param>
/// <param name="RankedBy">What a limit picks by: uplift, propensity or none; all where there is no limit.</param>
public sealed record AudienceEstimate(long Candidates, long Eligible, IReadOnlyList<LeftOut> LeftOut, double Holdout, bool HoldoutSuffices, long Treated, long Held, Interval Baseline, double Detectable, string RankedBy, IReadOnlyList<string> Sample);

/// <summary>Finds who is meant, decides who may be written to, draws the arms, and writes all of that down.</summary>
internal sealed class AudienceService(AudienceStore store, CampaignStore campaigns, RuleRunner runner, Exclusions exclusions, IServiceScopeFactory scopes, IOptions<CampaignsOptions> options, ShopClock clock)
{
    /// <summary>A typical lift that a holdout should be able to see: a quarter of the baseline, at least half a point.</summary>
    private const double TypicalLift = 0.25;
    private const int WaitingDays = 60;
    private const int BaselineSample = 20_000;
    private const double LeastHoldout = 0.1;
    private const double MostHoldout = 0.3;

    /// <summary>Where even the largest holdout could not show a typical lift: enough to catch harm, and most people are still written to.</summary>
    private const double SmallShopHoldout = 0.2;
    private readonly CampaignsOptions _options = options.Value;

    /// <summary>Candidates of a campaign that takes in by segments, at this moment.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(CampaignAudience audience, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var all = (await scope.ServiceProvider.GetRequiredService<SegmentService>().AllAsync(cancel)).ToDictionary(s => s.Id);
        Rule? Find(int id) => all.TryGetValue(id, out var segment) ? segment.Read() : null;
        async Task<IEnumerable<string>> Of(IEnumerable<int> ids)
        {
            var people = new HashSet<string>(StringComparer.Ordinal);
            foreach (var id in ids)
                if (Find(id) is { } rule) people.UnionWith(await runner.PeopleAsync(rule, clock.Now, int.MaxValue, Find, cancel));
            return people;
        }
        var meant = audience.Segments.Count == 0 ? await store.KnownAsync(cancel) : await Of(audience.Segments);
        var not = (await Of(audience.Exclude)).ToHashSet(StringComparer.Ordinal);
        return [.. meant.Where(p => !not.Contains(p)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Who waits for one of these products and is meant.</summary>
    public async Task<IReadOnlyList<Candidate>> WaitingAsync(CampaignSpec spec, IReadOnlyList<string> products, CancellationToken cancel)
    {
        var waiting = products.Count == 0 ? [] : await store.WaitingAsync(products, clock.Now.AddDays(-WaitingDays), cancel);
        if (waiting.Count == 0 || spec.Audience is { Segments.Count: 0, Exclude.Count: 0 }) return waiting;
        var meant = (await MembersAsync(spec.Audience, cancel)).ToHashSet(StringComparer.Ordinal);
        return [.. waiting.Where(c => meant.Contains(c.Person))];
    }

    public async Task<AudienceEstimate> EstimateAsync(int campaign, CampaignSpec spec, CancellationToken cancel)
    {
        var now = clock.Now;
        var people = spec.Schedule.Kind == CampaignSchedule.Stock ? [.. (await WaitingAsync(spec, spec.Products, cancel)).Select(c => c.Person).Distinct()] : await MembersAsync(spec.Audience, cancel);
        var facts = await FactsAsync(campaign, spec, people, cancel);
        var alone = await exclusions.OfAsync(spec, cancel);
        var chosen = Choose(spec, [.. facts.Select(f => (f, Reason(spec, f) ?? alone.GetValueOrDefault(f.Person)))]);
        var eligible = chosen.Where(c => c.Reason is null).Select(c => c.Facts).ToList();
        var sample = eligible.OrderBy(f => Assignment.Draw("sample", f.Person)).Take(BaselineSample).Select(f => f.Person).ToList();
        var hits = sample.Count == 0 ? 0 : await store.RateAsync(spec.Goal, sample, now.AddDays(-spec.WindowDays), now, cancel);
        var baseline = Proportions.Wilson(hits, sample.Count);
        var (holdout, suffices) = Holdout(spec, eligible.Count, baseline.Value);
        var held = (long)Math.Round(eligible.Count * holdout);
        return new AudienceEstimate(people.Count, eligible.Count, [.. chosen.Where(c => c.Reason is not null).GroupBy(c => c.Reason!).Select(g => new LeftOut(g.Key, g.Count())).OrderByDescending(l => l.People)],
            holdout, suffices, eligible.Count - held, held, baseline, Power.Detectable(double.IsNaN(baseline.Value) ? 0.02 : baseline.Value, eligible.Count - held, held),
            spec.Audience.Limit is null ? "all" : await store.HasEffectsAsync(cancel) ? "uplift" : facts.Any(f => f.Score is not null) ? "propensity" : "none", [.. eligible.Take(5).Select(f => f.Person)]);
    }

    /// <summary>The share a campaign holds out: as set, or as large as a typical lift needs to be seen.</summary>
    public static (double Share, bool Suffices) Holdout(CampaignSpec spec, long people, double baseline)
    {
        var p = double.IsNaN(baseline) ? 0.02 : Math.Max(baseline, 0.002);
        var lift = Math.Max(p * TypicalLift, 0.005);
        return spec.Holdout is { } set ? (set, set > 0 && Power.SampleSize(p, lift, set) <= people) : Power.Holdout(people, p, lift, LeastHoldout, MostHoldout) is { Suffices: true } enough ? enough : (SmallShopHoldout, false);
    }

    /// <summary>Takes candidates in: decides, draws, and freezes.</summary>
    /// <returns>How many will be written to.</returns>
    public async Task<int> TakeInAsync(Campaign campaign, IReadOnlyList<Candidate> candidates, IReadOnlyList<Candidate> entries, DateTimeOffset? nextAt, DateTimeOffset? seenUntil, CancellationToken cancel)
    {
        var (spec, now) = (campaign.Read(), clock.Now);
        var facts = (await FactsAsync(campaign.Id, spec, candidates.Select(c => c.Person).ToHashSet(StringComparer.Ordinal), cancel)).ToDictionary(f => f.Person, StringComparer.Ordinal);
        // One occasion a person in one go; the latest counts.
        var latest = candidates.GroupBy(c => c.Person, StringComparer.Ordinal).Select(g => g.MaxBy(c => c.HappenedAt)!).Where(c => facts.ContainsKey(c.Person)).ToDictionary(c => c.Person, StringComparer.Ordinal);
        var again = spec.Schedule.Kind == CampaignSchedule.Once ? TimeSpan.MaxValue : TimeSpan.FromDays(spec.Schedule.AgainAfterDays);
        var fresh = latest.Keys.Select(p => facts[p]).Where(f => f.TakenAt is null || (again < TimeSpan.MaxValue && now - f.TakenAt >= again)).OrderBy(f => f.Person, StringComparer.Ordinal).ToList();
        var alone = await exclusions.OfAsync(spec, cancel);
        var chosen = Choose(spec, [.. fresh.Select(f => (f, Reason(spec, f) ?? alone.GetValueOrDefault(f.Person)))]);
        var quiet = new QuietHours(_options.QuietFrom, _options.QuietTo);
        var taken = chosen.Select(c =>
        {
            var (f, reason) = c;
            var candidate = latest[f.Person];
            var start = spec.Schedule.Kind is CampaignSchedule.Event or CampaignSchedule.Segment ? candidate.HappenedAt.AddHours(spec.Schedule.WaitHours) : now;
            var due = quiet.Next(start < now ? now : start, QuietHours.Zone(f.Zone, clock.Zone));
            return new Taken(f.Person, candidate.Entry, reason is null ? Assignment.Arm(campaign.Id, f.Person, campaign.Holdout ?? 0, spec.Steps[0].Versions) : Assignment.Out, reason, due, f.Score);
        }).ToList();
        await store.TakeInAsync(campaign.Id, taken, entries, now, nextAt, seenUntil, cancel);
        return taken.Count(t => t.Arm is not (Assignment.Held or Assignment.Out));
    }

    private async Task<IReadOnlyList<AudienceFacts>> FactsAsync(int campaign, CampaignSpec spec, IReadOnlyCollection<string> people, CancellationToken cancel)
    {
        var higher = (await campaigns.AllAsync(cancel)).Where(c => c.Id != campaign && c.Status == CampaignStatus.Live && c.Read().Priority > spec.Priority).Select(c => c.Id).ToList();
        var facts = await store.FactsAsync(campaign, people, higher, clock.Now.AddDays(-_options.CapDays), cancel);
        if (spec.Audience.Limit is null || await store.HasEffectsAsync(cancel)) return facts;
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<PredictionService>() is not { } predictions) return facts;
        var chances = await predictions.ChancesAsync(Propensity(spec), [.. facts.Select(f => f.Person)], cancel);
        return [.. facts.Select(f => f with { Score = chances.TryGetValue(f.Person, out var chance) ? chance : null })];
    }

    /// <summary>The chance that fits the campaign's days best.</summary>
    private static string Propensity(CampaignSpec spec) => spec.WindowDays <= 14 ? PredictionKinds.Buy7 : PredictionKinds.Buy30;

    /// <summary>Why somebody may not be written to; null: they may.</summary>
    private string? Reason(CampaignSpec spec, AudienceFacts f) =>
        !f.IsKnown && spec.Channel != Channels.Onsite ? "unknown"
        : Assignment.IsGlobalControl(f.Person, _options.GlobalControl) ? "global_control"
        : f.Suppressed is not null ? f.Suppressed
        : spec.Channel == Channels.Email && string.IsNullOrEmpty(f.Email) ? "no_address"
        : !spec.Allows(f.MayWrite, f.MayPersonalise) ? "no_consent"
        : f.InHigher ? "priority"
        : f.Recent >= _options.MostMessages && spec.Channel != Channels.Onsite ? "too_many"
        : null;

    /// <summary>Keeps those with the largest score where there is a limit; those of equal or no score by chance.</summary>
    private static IReadOnlyList<(AudienceFacts Facts, string? Reason)> Choose(CampaignSpec spec, IReadOnlyList<(AudienceFacts Facts, string? Reason)> all)
    {
        if (spec.Audience.Limit is not { } limit) return all;
        var kept = all.Where(a => a.Reason is null).OrderByDescending(a => a.Facts.Score ?? double.MinValue).ThenBy(a => Assignment.Draw("limit", a.Facts.Person)).Take(limit).Select(a => a.Facts.Person).ToHashSet(StringComparer.Ordinal);
        return [.. all.Select(a => a.Reason is null && !kept.Contains(a.Facts.Person) ? (a.Facts, "limit") : a)];
    }

    public static string RunEntry(DateTimeOffset at) => "run " + at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}
