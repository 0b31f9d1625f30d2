using System.Globalization;
using BehaviorDashboard.Storage;
using Dapper;

namespace BehaviorDashboard.Segments;

/// <summary>Compares who is in with who should be, for some people or for all.</summary>
internal sealed class MembershipStore(Database database, MembershipObservers observers)
{
    private static readonly string[] MakeTables =
    [
        "drop table if exists now_in", "drop table if exists touched_people", "drop table if exists touched_profiles", "drop table if exists touched_events",
        "create temp table now_in (segment_id integer, user_id text)", "create temp table touched_people (user_id text)",
    ];

    private const string Touch = "insert into touched_people select unnest(@People)";

    private const string CopyProfiles = "create temp table touched_profiles as select p.* from profiles p where p.user_id in (select user_id from touched_people)";

    /// <summary>Only what a rule can look at: most of a long history is not asked for.</summary>
    private static string CopyEvents(string needed) => $"""
        create temp table touched_events as
        select coalesce(i.user_id, e.user_id) as user_id, {RuleSources.EventColumns}
        from events e left join identities i on i.alias = e.user_id
        where e.user_id in (select user_id from touched_people union all select a.alias from identities a join touched_people t on t.user_id = a.user_id)
            and ({needed})
        """;

    private const string CloseWhole = """
        update segment_members set left_at = @AsOf where left_at is null and segment_id = any(@Ids)
            and not exists (select 1 from now_in n where n.segment_id = segment_members.segment_id and n.user_id = segment_members.user_id)
        """;

    private const string CloseTouched = CloseWhole + " and user_id in (select user_id from touched_people)";

    private const string Open = """
        insert into segment_members (segment_id, user_id, entered_at) select n.segment_id, n.user_id, @AsOf from now_in n
        where not exists (select 1 from segment_members m where m.left_at is null and m.segment_id = n.segment_id and m.user_id = n.user_id)
        """;

    private const string CloseInactive = """
        update segment_members set left_at = @AsOf where left_at is null and segment_id in (select id from segments where status <> 'active')
        """;

    // The shop's clock may have been set back: it begins anew at every start of a history looked at as of a past day.
    private const string NotAhead = """
        update segment_members set entered_at = case when entered_at > @AsOf then @AsOf else entered_at end, left_at = case when left_at > @AsOf then @AsOf else left_at end
        where entered_at > @AsOf or left_at > @AsOf
        """;

    /// <summary>Who came or went, for those who want to know.</summary>
    private const string Told = " returning segment_id as Segment, user_id as Person";

    private static readonly HashSet<int> Nobody = [];

    /// <summary>Segments, or columns of their conditions, in one statement.</summary>
    private const int MostAtOnce = 400;

    private sealed record Row(int Segment, string Person);

    private const string Measure = """
        update segments set as_of = @AsOf, size = (select count(*) from segment_members m where m.segment_id = segments.id and m.left_at is null) where id = any(@Ids)
        """;

    /// <summary>Who had an event that grew as old as one of the ages meanwhile.</summary>
    private const string Crossed = """
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id
        where e.user_id <> '' and e.occurred_at >= @From and e.occurred_at <= @To
        """;

    public Task<IReadOnlyList<string>> CrossedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) =>
        database.QueryAsync<string>(Crossed, new { From = from, To = to }, cancel);

    /// <param name="touched">People to ask again; null: everybody.</param>
    /// <param name="needs">The events the rules can look at.</param>
    /// <param name="rules">Of each segment.</param>
    /// <param name="plan">A planner over the given tables.</param>
    public Task RefreshAsync(IReadOnlyList<int> segments, IReadOnlyCollection<string>? touched, EventNeeds needs, Func<int, Rule> rules, Func<RuleSources, RulePlanner> plan, DateTimeOffset asOf, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var statement in MakeTables) await session.ExecuteAsync(statement);
        if (touched is null) await AskEverybodyAsync(session, segments, rules, plan);
        else
        {
            await session.ExecuteAsync(Touch, new { People = SqlList.Of(touched) });
            await session.ExecuteAsync(CopyProfiles);
            await CopyEventsAsync(session, needs);
            await AskTouchedAsync(session, segments, rules, plan);
        }
        var arguments = new { AsOf = asOf, Ids = SqlList.Of(segments) };
        var watched = await observers.WatchedAsync(session);
        var told = segments.Any(watched.Contains);
        var changed = await ChangeAsync(session, touched is null ? CloseWhole : CloseTouched, arguments, told ? watched : Nobody, entered: false);
        changed += await ChangeAsync(session, Open, new { AsOf = asOf }, told ? watched : Nobody, entered: true);
        if (changed > 0 || touched is null) await session.ExecuteAsync(Measure, arguments);
    }, cancel);

    private static async Task AskEverybodyAsync(Session session, IReadOnlyList<int> segments, Func<int, Rule> rules, Func<RuleSources, RulePlanner> plan)
    {
        foreach (var id in segments)
        {
            var planner = plan(RuleSources.Store);
            var condition = planner.Condition(rules(id));
            planner.Parameters.Add("Segment", id);
            await session.ExecuteAsync($"insert into now_in {planner.Tables}select cast(@Segment as integer), p.user_id from {RuleSources.Store.Profiles} p where {condition}", planner.Parameters);
        }
    }

    /// <summary>Many segments in one statement, a column each: to read the few events again for every one of them took most of a pass.</summary>
    private static async Task AskTouchedAsync(Session session, IReadOnlyList<int> segments, Func<int, Rule> rules, Func<RuleSources, RulePlanner> plan)
    {
        for (var asked = 0; asked < segments.Count;)
        {
            var (planner, answers, members) = (plan(RuleSources.Touched), new List<string>(), new List<string>());
            for (; asked < segments.Count && answers.Count < MostAtOnce && planner.Width < MostAtOnce; asked++)
            {
                var name = answers.Count.ToString(CultureInfo.InvariantCulture);
                members.Add($"select {segments[asked].ToString(CultureInfo.InvariantCulture)}, user_id from answers where h{name}");
                answers.Add($"{planner.Condition(rules(segments[asked]))} as h{name}");
            }
            await session.ExecuteAsync("drop table if exists answers");
            await session.ExecuteAsync($"create temp table answers as {planner.Tables}select p.user_id, {string.Join(", ", answers)} from {RuleSources.Touched.Profiles} p{planner.Joins}", planner.Parameters);
            await session.ExecuteAsync("insert into now_in " + string.Join(" union all ", members));
        }
    }

    private static Task<int> CopyEventsAsync(Session session, EventNeeds needs)
    {
        var parameters = new DynamicParameters();
        var names = new List<string>();
        foreach (var (name, after) in needs.After)
        {
            var number = names.Count.ToString(CultureInfo.InvariantCulture);
            parameters.Add("N" + number, name);
            if (after is { } instant) parameters.Add("A" + number, instant);
            names.Add($"(e.name = @N{number}{(after is null ? "" : $" and e.occurred_at > @A{number}")})");
        }
        var needed = names.Count == 0 ? "false" : string.Join(" or ", names);
        if (needs.Oldest is { } oldest)
        {
            // By itself, so that stretches of the store before it are not read.
            parameters.Add("Oldest", oldest);
            needed = $"e.occurred_at > @Oldest and ({needed})";
        }
        return session.ExecuteAsync(CopyEvents(needed), parameters);
    }

    /// <summary>No stay begins or ends later than now.</summary>
    public Task NotAheadAsync(DateTimeOffset asOf, CancellationToken cancel) => database.ExecuteAsync(NotAhead, new { AsOf = asOf }, cancel);

    public Task CloseInactiveAsync(DateTimeOffset asOf, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await ChangeAsync(session, CloseInactive, new { AsOf = asOf }, await observers.WatchedAsync(session), entered: false);
    }, cancel);

    /// <summary>Opens or closes stays, and tells of those somebody watches; rows are read only then.</summary>
    private async Task<int> ChangeAsync(Session session, string statement, object arguments, IReadOnlySet<int> watched, bool entered)
    {
        if (watched.Count == 0) return await session.ExecuteAsync(statement, arguments);
        var rows = await session.QueryAsync<Row>(statement + Told, arguments);
        foreach (var segment in rows.Where(r => watched.Contains(r.Segment)).GroupBy(r => r.Segment))
            await observers.TellAsync(session, new MembershipChange(segment.Key, entered, [.. segment.Select(r => r.Person)]));
        return rows.Count;
    }
}
