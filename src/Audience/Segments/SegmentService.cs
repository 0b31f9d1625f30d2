using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;

namespace BehaviorDashboard.Segments;

/// <summary>What became of a wish to save: a segment, or what is wrong with it.</summary>
public sealed record SaveResult(Segment? Segment, IReadOnlyList<RuleProblem> Problems);

/// <summary>An audience looked at before it is saved.</summary>
public sealed record AudiencePreview(AudienceSize Size, IReadOnlyList<string> Sample, IReadOnlyList<SegmentOverlap> Overlaps);

/// <summary>Segments as people work with them.</summary>
public sealed class SegmentService
{
    private const int MaxName = 120;

    private readonly SegmentStore _store;
    private readonly RuleRunner _runner;
    private readonly MembershipKeeper _keeper;
    private readonly Terms _terms;
    private readonly IAuditLog _audit;
    private readonly ShopClock _clock;

    internal SegmentService(SegmentStore store, RuleRunner runner, MembershipKeeper keeper, Terms terms, IAuditLog audit, ShopClock clock) =>
        (_store, _runner, _keeper, _terms, _audit, _clock) = (store, runner, keeper, terms, audit, clock);

    /// <inheritdoc cref="MembershipKeeper.Changed"/>
    public Signal Changed => _keeper.Changed;

    public DateTimeOffset Now => _clock.Now;

    /// <inheritdoc cref="MembershipKeeper.Waiting"/>
    public int? Waiting => _keeper.Waiting;

    /// <summary>The groupings and offered figures a condition may name now.</summary>
    public Task<RuleTerms> TermsAsync(CancellationToken cancel = default) => _terms.AtAsync(_clock.Now, cancel);

    /// <summary>Every segment; the size and age of active ones are those of the last pass.</summary>
    public async Task<IReadOnlyList<Segment>> AllAsync(CancellationToken cancel = default) => [.. (await _store.AllAsync(cancel)).Select(Aged)];

    public async Task<Segment?> FindAsync(int id, CancellationToken cancel = default) => await _store.FindAsync(id, cancel) is { } segment ? Aged(segment) : null;

    public Task<IReadOnlyList<SegmentVersion>> VersionsAsync(int id, CancellationToken cancel = default) => _store.VersionsAsync(id, cancel);

    public Task<IReadOnlyList<SegmentMember>> MembersAsync(int id, DateTimeOffset asOf, string after, int limit, CancellationToken cancel = default) => _store.MembersAsync(id, asOf, after, limit, cancel);

    public Task<IReadOnlyList<SegmentMember>> NewestAsync(int id, int limit, CancellationToken cancel = default) => _store.NewestAsync(id, limit, cancel);

    public Task<IReadOnlyList<SegmentChange>> ChangesAsync(int? id, int limit, CancellationToken cancel = default) => _store.ChangesAsync(id, limit, cancel);

    public Task<IReadOnlyList<SegmentDay>> DaysAsync(int id, int days, CancellationToken cancel = default) =>
        _store.DaysAsync(id, _clock.StartOf(_clock.Today.AddDays(1 - days)), _clock.ZoneName, cancel);

    public async Task<SaveResult> CreateAsync(SegmentDraft draft, CancellationToken cancel = default)
    {
        if (await ProblemsAsync(null, draft, cancel) is { Count: > 0 } problems) return new SaveResult(null, problems);
        var id = await _store.AddAsync(draft, RuleJson.Write(draft.Rule), _clock.Now, cancel);
        await _audit.RecordAsync(new AuditEntry("segment.created", Target(id)), cancel);
        return new SaveResult(await FindAsync(id, cancel), []);
    }

    /// <summary>The active segment of whoever is in a group, now and from now on; the one there is, where there is one already.</summary>
    public async Task<SaveResult> OfGroupAsync(GroupRule group, string name, CancellationToken cancel = default)
    {
        Rule[] same = [group, new AllOf([group])];
        var known = (await _store.AllAsync(cancel)).Where(s => s.Status != "archived").FirstOrDefault(s => same.Any(r => RuleJson.Write(r) == s.Rule));
        var made = known is null ? await CreateAsync(new SegmentDraft(name, "", same[1]), cancel) : new SaveResult(known, []);
        if (made.Segment is { Status: not "active" } segment) await SetStatusAsync(segment, "active", cancel);
        return made;
    }

    /// <param name="before">The segment as it was when editing began: a save by somebody else meanwhile is not overwritten.</param>
    public async Task<SaveResult> SaveAsync(Segment before, SegmentDraft draft, CancellationToken cancel = default)
    {
        if (await ProblemsAsync(before.Id, draft, cancel) is { Count: > 0 } problems) return new SaveResult(null, problems);
        if (!await _store.SaveAsync(before, draft, RuleJson.Write(draft.Rule), _clock.Now, cancel)) return new SaveResult(null, [new RuleProblem("", "ChangedMeanwhile", before.Name)]);
        await _audit.RecordAsync(new AuditEntry("segment.changed", Target(before.Id)), cancel);
        if (before.Status == "active") await _keeper.PassAsync(cancel);
        return new SaveResult(await FindAsync(before.Id, cancel), []);
    }

    /// <param name="status">draft, active or archived.</param>
    public async Task SetStatusAsync(Segment segment, string status, CancellationToken cancel = default)
    {
        await _store.SetStatusAsync(segment.Id, status, _clock.Now, cancel);
        await _audit.RecordAsync(new AuditEntry("segment." + (status switch { "active" => "activated", "draft" => "paused", _ => status }), Target(segment.Id)), cancel);
        await _keeper.PassAsync(cancel);
    }

    /// <summary>Size, size under each condition alone, some of the people, and what it shares with other segments.</summary>
    public async Task<AudiencePreview> PreviewAsync(Rule rule, int? self = null, CancellationToken cancel = default)
    {
        var others = await _store.AllAsync(cancel);
        var (asOf, find) = (_clock.Now, Segment.Finder(others));
        var size = await _runner.SizeAsync(rule, asOf, find, cancel);
        var sample = await _runner.PeopleAsync(rule, asOf, 8, find, cancel);
        var overlaps = others.Any(s => s.Status == "active" && s.Id != self) ? await _runner.OverlapsAsync(rule, asOf, find, cancel) : [];
        return new AudiencePreview(size, sample, [.. overlaps.Where(o => o.SegmentId != self)]);
    }

    /// <summary>Of a preview only the size.</summary>
    public async Task<AudienceSize> SizeAsync(Rule rule, CancellationToken cancel = default) => await _runner.SizeAsync(rule, _clock.Now, Segment.Finder(await _store.AllAsync(cancel)), cancel);

    /// <summary>What is wrong with a rule, its references included.</summary>
    public async Task<IReadOnlyList<RuleProblem>> CheckAsync(int? self, Rule rule, CancellationToken cancel = default)
    {
        var terms = await TermsAsync(cancel);
        var problems = RuleCheck.Check(rule, terms).ToList();
        var others = (await _store.AllAsync(cancel)).Where(s => s.Id != self).ToDictionary(s => s.Id);
        foreach (var reference in rule.Conditions().OfType<SegmentRule>())
        {
            if (reference.Segment == self || (others.TryGetValue(reference.Segment, out var other) && Leads(other, self, others, 0))) problems.Add(new RuleProblem("", "Cycle", others.GetValueOrDefault(reference.Segment)?.Name ?? "–"));
            else if (other is null) problems.Add(new RuleProblem("", "NoSuchSegment", reference.Segment.ToString(CultureInfo.InvariantCulture)));
        }
        problems.AddRange(rule.Conditions().OfType<GroupRule>().Where(r => terms.Groupings.GetValueOrDefault(r.Grouping)?.Groups.Contains(r.Group) != true).Select(r => new RuleProblem("", "NoSuchGroup", r.Group)));
        return problems;
    }

    private static bool Leads(Segment from, int? to, Dictionary<int, Segment> all, int depth) => depth > RuleCheck.MaxDepth || from.Read().Conditions().OfType<SegmentRule>()
        .Any(r => r.Segment == to || (all.TryGetValue(r.Segment, out var next) && Leads(next, to, all, depth + 1)));

    private async Task<IReadOnlyList<RuleProblem>> ProblemsAsync(int? self, SegmentDraft draft, CancellationToken cancel)
    {
        var problems = (await CheckAsync(self, draft.Rule, cancel)).ToList();
        if (string.IsNullOrWhiteSpace(draft.Name) || draft.Name.Length > MaxName) problems.Insert(0, new RuleProblem("name", "Name", draft.Name.Length > 40 ? draft.Name[..40] : draft.Name));
        return problems;
    }

    private Segment Aged(Segment segment) => segment.Status != "active" ? segment
        : _keeper.AsOf(segment) is { } asOf ? segment with { AsOf = asOf, CatchingUp = _clock.Now - asOf > _keeper.StaleAfter } : segment with { CatchingUp = true };

    private static string Target(int id) => "segment:" + id.ToString(CultureInfo.InvariantCulture);
}
