using System.Data.Common;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Segments;

/// <summary>How large an audience is, of how many, and under each of its conditions alone.</summary>
/// <param name="Conditions">In reading order, as <see cref="Rule.Conditions"/> gives them.</param>
public sealed record AudienceSize(long People, long Of, IReadOnlyList<long> Conditions, DateTimeOffset AsOf);

/// <summary>Runs a rule over the store as it is now.</summary>
public sealed class RuleRunner(Database database, ShopClock clock, IOptions<ShopOptions> shop, Terms terms)
{
    private readonly PeopleStore _people = new(database);

    /// <summary>Counts the audience and each condition in one pass over the people.</summary>
    public async Task<AudienceSize> SizeAsync(Rule rule, DateTimeOffset asOf, Func<int, Rule?> segments, CancellationToken cancel = default)
    {
        var plan = await PlanAsync(rule, asOf, segments, cancel);
        var conditions = rule.Conditions().Select(plan.Condition).ToList();
        // Each condition is asked once of each person; the rule and the sizes are counted over the answers.
        var next = 0;
        var whole = RulePlanner.Joined(rule, _ => $"h{next++}");
        var counts = string.Concat(conditions.Select((_, i) => $", count(*) filter (where h{i}) as n{i}"));
        var answers = string.Join(", ", conditions.Select((c, i) => $"{c} as h{i}").DefaultIfEmpty("1 as one"));
        var sql = $"{plan.Tables}select count(*) as n, count(*) filter (where {whole}) as holds{counts} from (select {answers} from profiles p) a";
        var row = await database.ReadAsync(s => s.FirstOrDefaultAsync<dynamic>(sql, plan.Parameters), cancel);
        var values = ((IDictionary<string, object>)row!).Values.Select(v => Convert.ToInt64(v, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return new AudienceSize(values[1], values[0], values[2..], asOf);
    }

    /// <summary>For one person: the whole rule and each condition, with the figure it looked at.</summary>
    /// <returns>Null when there is no such person.</returns>
    public async Task<IReadOnlyList<(bool Holds, string? Actual)>?> ExplainAsync(Rule rule, string person, DateTimeOffset asOf, Func<int, Rule?> segments, CancellationToken cancel = default)
    {
        var plan = await PlanAsync(rule, asOf, segments, cancel, RuleSources.One);
        var columns = string.Join(", ", rule.Conditions().Prepend(rule).Select((r, i) => $"{plan.Condition(r)} as h{i}, {plan.Actual(r)} as a{i}"));
        await AddPersonAsync(plan, person, cancel);
        var row = await database.ReadAsync(s => s.FirstOrDefaultAsync<dynamic>($"{plan.Tables}select {columns} from one_profile p", plan.Parameters), cancel);
        if (row is null) return null;
        var values = ((IDictionary<string, object?>)row).Values.ToList();
        return [.. Enumerable.Range(0, values.Count / 2).Select(i => (values[2 * i] is true, Short(values[2 * i + 1] as string)))];
    }

    /// <summary>What one person did, with the events of the rule marked.</summary>
    internal async Task<PersonHistory> HistoryAsync(Rule rule, string person, DateTimeOffset asOf, CancellationToken cancel = default)
    {
        var plan = await PlanAsync(rule, asOf, _ => null, cancel);
        var marks = string.Concat(PersonHistory.Steps(rule).Select((s, i) => $", coalesce({plan.Matches(s.Event, s.Where)}, false) as m{i}"));
        await AddPersonAsync(plan, person, cancel);
        plan.Parameters.Add("Most", PersonHistory.Limit + 1);
        var events = new List<PersonEvent>();
        await database.ReadAsync(async session =>
        {
            await session.ReadRowsAsync($"""
                select e.message_id, e.occurred_at, e.type, e.name, e.session_id, e.product_id, e.category, e.quantity, e.revenue, e.currency, e.rating, {Discounts.Sql}{marks}
                from events e where e.user_id = any(@Keys) and e.occurred_at <= @AsOf
                order by e.occurred_at desc, e.message_id desc limit @Most
                """, plan.Parameters, row => events.Add(Read(row)));
            return true;
        }, cancel);
        var complete = events.Count <= PersonHistory.Limit;
        events.Reverse();
        return new PersonHistory(events, complete);

        static PersonEvent Read(DbDataReader row)
        {
            T? Field<T>(int i, Func<int, T> get) where T : struct => row.IsDBNull(i) ? null : get(i);
            string? Text(int i) => row.IsDBNull(i) ? null : row.GetString(i);
            var seen = new SeenEvent(row.GetString(0), new DateTimeOffset(DateTime.SpecifyKind(row.GetDateTime(1), DateTimeKind.Utc)), row.GetString(3), Text(5), Field(8, row.GetDecimal), Text(9));
            return new PersonEvent(seen, row.GetString(2), Text(4), Text(6), Field(7, row.GetInt32), Field(10, row.GetDouble), row.GetBoolean(11), [.. Enumerable.Range(12, row.FieldCount - 12).Select(row.GetBoolean)]);
        }
    }

    /// <summary>The people a rule holds for, those seen last first.</summary>
    public async Task<IReadOnlyList<string>> PeopleAsync(Rule rule, DateTimeOffset asOf, int limit, Func<int, Rule?> segments, CancellationToken cancel = default)
    {
        var plan = await PlanAsync(rule, asOf, segments, cancel);
        var condition = plan.Condition(rule);
        plan.Parameters.Add("Limit", limit);
        return await database.QueryAsync<string>($"{plan.Tables}select p.user_id from profiles p where {condition} order by p.last_seen desc, p.user_id limit @Limit", plan.Parameters, cancel);
    }

    /// <summary>How many of the people are members of each active segment now.</summary>
    public async Task<IReadOnlyList<SegmentOverlap>> OverlapsAsync(Rule rule, DateTimeOffset asOf, Func<int, Rule?> segments, CancellationToken cancel = default)
    {
        var plan = await PlanAsync(rule, asOf, segments, cancel);
        var condition = plan.Condition(rule);
        return await database.QueryAsync<SegmentOverlap>($"""
            {plan.Tables}select m.segment_id as SegmentId, count(*) as Both from segment_members m
            where m.left_at is null and m.user_id in (select p.user_id from profiles p where {condition}) group by m.segment_id order by 2 desc limit 8
            """, plan.Parameters, cancel);
    }

    /// <summary>The engines write 1.00 for one.</summary>
    private static string? Short(string? figure) => TextNumber.Parse(figure) is null || !figure!.Contains('.', StringComparison.Ordinal) ? figure : figure.TrimEnd('0').TrimEnd('.');

    /// <summary>What the rule's conditions name of other parts; nothing is asked where they name nothing.</summary>
    internal async Task<RuleTerms> TermsAsync(Rule rule, DateTimeOffset asOf, CancellationToken cancel) => RuleTerms.AreNamed(rule) ? await terms.AtAsync(asOf, cancel) : RuleTerms.None;

    private async Task<RulePlanner> PlanAsync(Rule rule, DateTimeOffset asOf, Func<int, Rule?> segments, CancellationToken cancel, RuleSources? sources = null) =>
        new(sources ?? RuleSources.Store, database.Dialect, asOf, clock, shop.Value.Currency, segments, await TermsAsync(rule, asOf, cancel));

    private async Task AddPersonAsync(RulePlanner plan, string person, CancellationToken cancel)
    {
        var keys = await _people.KeysAsync(person, cancel);
        plan.Parameters.Add("Person", keys[0]);
        plan.Parameters.Add("Keys", SqlList.Of(keys));
    }
}
