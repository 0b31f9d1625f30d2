using System.Globalization;

namespace BehaviorDashboard.Segments;

/// <summary>Conditions on events: each becomes a table of the people it holds for.</summary>
internal sealed partial class RulePlanner
{
    private string Did(DidRule rule)
    {
        if (_sources.Together) return Summed(rule);
        var (after, until) = rule.When.At(_asOf, _clock);
        if (rule.Occasion != Occasion.Any) return $"p.user_id in (select person from {Table(Times(rule))} where t > {Value(after)} and t <= {Value(until)})";
        var (rows, total) = Rows(rule);
        // Who never did it has 0: where 0 satisfies the comparison, those who did and do not satisfy it are outside.
        var holds = Compare(total, rule.Op, rule.Value, rule.To);
        return Comparing.Holds(0, rule.Op, rule.Value, rule.To)
            ? $"(not {In(Person(rows, total + " as n") + $"\nhaving not ({holds})")})"
            : In(Person(rows, total + " as n") + $"\nhaving {holds}");
    }

    /// <summary>The same, from a row a person that has a column for each condition.</summary>
    private string Summed(DidRule rule)
    {
        var (after, until) = rule.When.At(_asOf, _clock);
        string If(IEnumerable<string> more) => " filter (where " + string.Join(" and ", rule.Where.Select(Filter).Concat(more)) + ")";
        if (rule.Occasion != Occasion.Any)
        {
            var t = Column(rule.Event, $"{(rule.Occasion == Occasion.First ? "min" : "max")}(e.occurred_at)" + If(["e.occurred_at <= @AsOf"]));
            return $"coalesce({t} > {Value(after)} and {t} <= {Value(until)}, false)";
        }
        var what = rule.Measure switch
        {
            Measure.Count => "count(*)",
            Measure.Revenue => $"sum(case when e.currency is null or e.currency = {Value(_currency)} then e.revenue end)",
            Measure.Units => "sum(e.quantity)",
            Measure.Products => "count(distinct e.product_id)",
            _ => "count(distinct e.category)",
        };
        return Compare($"coalesce({Column(rule.Event, what + If([$"e.occurred_at > {Value(after)}", $"e.occurred_at <= {Value(until)}"]))}, 0)", rule.Op, rule.Value, rule.To);
    }

    /// <summary>The column of the joined row that holds an aggregate over the events of a name.</summary>
    private string Column(string name, string aggregate)
    {
        var named = Named(name);
        if (!_sums.TryGetValue(named, out var columns)) _sums[named] = columns = [];
        if (!columns.Contains(aggregate)) columns.Add(aggregate);
        return string.Create(CultureInfo.InvariantCulture, $"s{_sums.Keys.ToList().IndexOf(named)}.n{columns.IndexOf(aggregate)}");
    }

    private string Sum(string named, IReadOnlyList<string> columns) =>
        $"select e.user_id as person, {string.Join(", ", columns.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{c} as n{i}")))} from {_sources.Events} e where {named} group by e.user_id";

    /// <summary>The first or last such event of each person.</summary>
    private string Times(DidRule rule)
    {
        var end = rule.Occasion == Occasion.First ? "min" : "max";
        return Person($"select user_id, {end}(e.occurred_at) as t from {_sources.Events} e where {Matches(rule.Event, rule.Where)} and e.occurred_at <= @AsOf group by user_id", $"{end}(x.t) as t");
    }

    /// <summary>The events of a condition, a row a key, and what adds them up.</summary>
    private (string Rows, string Total) Rows(DidRule rule)
    {
        var (after, until) = rule.When.At(_asOf, _clock);
        var seen = $"{_sources.Events} e where {Matches(rule.Event, rule.Where)} and e.occurred_at > {Value(after)} and e.occurred_at <= {Value(until)}";
        return rule.Measure switch
        {
            Measure.Count => ($"select user_id, count(*) as n from {seen} group by user_id", "sum(x.n)"),
            Measure.Revenue => ($"select user_id, sum(case when e.currency is null or e.currency = {Value(_currency)} then e.revenue end) as n from {seen} group by user_id", "coalesce(sum(x.n), 0)"),
            Measure.Units => ($"select user_id, sum(e.quantity) as n from {seen} group by user_id", "coalesce(sum(x.n), 0)"),
            Measure.Products => ($"select distinct user_id, e.product_id as n from {seen}", "count(distinct x.n)"),
            _ => ($"select distinct user_id, e.category as n from {seen}", "count(distinct x.n)"),
        };
    }

    private string Sequence(SequenceRule rule)
    {
        var (after, until) = rule.When.At(_asOf, _clock);
        // The latest first event before each second one decides: the second counts when that one is near enough.
        return $"""
            select distinct s.person from (
                select {Whose} as person, x.occurred_at as t, x.is_then,
                    max(case when x.is_first then x.occurred_at end) over (
                        partition by {Whose} order by x.occurred_at
                        range between unbounded preceding and interval '1 microsecond' preceding) as before
                from (select e.user_id, e.occurred_at, ({Matches(rule.First.Event, rule.First.Where)}) as is_first, ({Matches(rule.Then.Event, rule.Then.Where)}) as is_then
                    from {_sources.Events} e where e.occurred_at <= @AsOf) x {Identified}
                where x.is_first or x.is_then) s
            where s.is_then and s.t > {Value(after)} and s.t <= {Value(until)} and s.t <= s.before + interval '1 hour' * {Value(rule.WithinHours)}
            """;
    }

    /// <summary>The values most of each person's matching events have.</summary>
    private string Favourites(FavouriteRule rule)
    {
        var (after, until) = rule.When.At(_asOf, _clock);
        var column = rule.Of == FavouriteOf.Category ? "e.category" : "e.product_id";
        return $"""
            select person, value from (
                select person, value, rank() over (partition by person order by n desc) as place from (
                    select {Whose} as person, x.value, sum(x.n) as n from (
                        select user_id, {column} as value, count(*) as n from {_sources.Events} e
                        where {Matches(rule.Event, rule.Where)} and {column} is not null and e.occurred_at > {Value(after)} and e.occurred_at <= {Value(until)} group by user_id, {column}) x
                    {Identified} group by {Whose}, x.value) v) r
            where place = 1
            """;
    }

    /// <summary>Sums rows of keys up to people.</summary>
    private string Person(string rows, string columns) => $"select {Whose} as person, {columns} from ({rows}) x {Identified} group by {Whose}";

    /// <summary>The person a row <c>x</c> belongs to, given <see cref="Identified"/>.</summary>
    private string Whose => _sources.Resolve ? "coalesce(i.user_id, x.user_id)" : "x.user_id";

    private string Identified => _sources.Resolve ? "left join identities i on i.alias = x.user_id" : "";

    /// <summary>Whether a row <c>e</c> of events is one a condition asks for; null is no.</summary>
    public string Matches(string name, IReadOnlyList<PropertyFilter> filters) => string.Join(" and ", filters.Select(Filter).Prepend((_sources.Resolve ? "e.user_id <> '' and " : "") + Named(name)));

    private string Named(string name) => $"e.name = {Value(OrderLines.Stored(name))} and e.type {(name is OrderLines.Bought or OrderLines.Returned ? "=" : "<>")} 'item'";

    private string Filter(PropertyFilter filter) => EventFields.Column(filter.Property) switch
    {
        { IsNumber: true } column => Compared($"cast(e.{column.Name} as text)", filter.Op, filter.Values, $"e.{column.Name}"),
        { } column => Compared($"e.{column.Name}", filter.Op, filter.Values, null),
        _ => Compared($"e.properties ->> {Value(_dialect.JsonKey(filter.Property))}", filter.Op, filter.Values, null),
    };
}
