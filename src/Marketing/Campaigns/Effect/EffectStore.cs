using BehaviorDashboard.Catalog;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>What one arm came to so far: sums, from which every figure and band follows.</summary>
/// <param name="Elapsed">Sum over people of the share of the window that has passed.</param>
/// <param name="Revenue2">Sum of the squares of people's revenue.</param>
/// <param name="Before">Revenue in the 90 days before, known before anything was sent; with its squares and products.</param>
/// <param name="Margin">Revenue less what the goods cost; null where it was not measured: another goal than orders, or a look of an older version.</param>
/// <param name="Units">Units ordered, and of those the ones whose cost is not known; an order with one counts as no margin.</param>
public sealed record ArmSums(string Arm, long People, double Elapsed, long Converted, double Revenue, double Revenue2, double Before, double Before2, double BeforeRevenue, double BeforeConverted, long Orders,
    double? Margin = null, double? Margin2 = null, double? BeforeMargin = null, double Units = 0, double UncostedUnits = 0);

/// <summary>What a campaign's messages led to directly, by what people opened, clicked or said.</summary>
/// <param name="Attributed">Revenue of orders in the window by people who clicked before: last touch, which claims more than the campaign brought.</param>
public sealed record TouchSums(long Sent, long Opened, long Clicked, long AttributedOrders, double Attributed);

internal sealed record Look(int CampaignId, DateTimeOffset LookedAt, bool Frozen, string Result);

/// <summary>Reads outcomes of the frozen audience from the events, and keeps what was seen at each look.</summary>
internal sealed class EffectStore(Database database, SupplyCatalog catalog)
{
    private const string Events = """
        select coalesce(i.user_id, e.user_id) as user_id, e.occurred_at, e.revenue, e.order_id from events e left join identities i on i.alias = e.user_id
        """;

    /// <summary>Everybody in an arm counts, whether their message arrived or not: whoever could not be reached could not in the other arm either.</summary>
    private const string Arms = $"""
        with who as materialized (
            select coalesce(i.user_id, c.user_id) as user_id, min(c.arm) as arm, min(c.due_at) as since, max(c.due_at) as last from campaign_people c left join identities i on i.alias = c.user_id
            where c.campaign_id = @Id and c.arm <> 'out' and c.due_at <= @Now group by coalesce(i.user_id, c.user_id)),
        goals as materialized ({Events} where e.name = @Goal and e.type <> 'item' and e.occurred_at >= @First and e.occurred_at <= @Now and e.received_at <= @Now and (e.currency is null or e.currency = @Currency)),
        outcome as materialized (
            select w.user_id, w.arm, w.since, count(g.occurred_at) as goals, coalesce(sum(cast(g.revenue as double precision)), 0) as revenue
            from who w left join goals g on g.user_id = w.user_id and g.occurred_at > w.since and g.occurred_at <= w.last + @Days * interval '1 day' group by w.user_id, w.arm, w.since),
        earlier as materialized (
            select w.user_id, sum(cast(g.revenue as double precision)) as revenue from who w
            join ({Events} where e.name = 'Order Completed' and e.type <> 'item' and e.occurred_at >= @Early and e.occurred_at <= @Now and (e.currency is null or e.currency = @Currency)) g
                on g.user_id = w.user_id and g.occurred_at <= w.since and g.occurred_at > w.since - interval '90 days' group by w.user_id),
        costs as (select unnest(@Products) as product_id, unnest(@Costs) as cost),
        goods as materialized (
            select coalesce(i.user_id, e.user_id) as user_id, e.order_id, cast(sum(coalesce(e.quantity, 1)) as double precision) as units,
                sum(cast(coalesce(e.quantity, 1) as double precision) * c.cost) as cost, cast(sum(case when c.cost is null then coalesce(e.quantity, 1) else 0 end) as double precision) as uncosted
            from events e left join identities i on i.alias = e.user_id left join costs c on c.product_id = e.product_id
            where @Margins and e.name = 'Order Completed' and e.type = 'item' and e.occurred_at >= @First and e.occurred_at <= @Now and e.received_at <= @Now group by coalesce(i.user_id, e.user_id), e.order_id),
        earned as materialized (
            select w.user_id, sum(case when d.uncosted = 0 then cast(g.revenue as double precision) - d.cost else 0 end) as margin, sum(d.units) as units, sum(d.uncosted) as uncosted
            from who w join goals g on g.user_id = w.user_id and g.occurred_at > w.since and g.occurred_at <= w.last + @Days * interval '1 day' join goods d on d.user_id = g.user_id and d.order_id = g.order_id group by w.user_id),
        both_ as (
            select o.*, coalesce(b.revenue, 0) as before, coalesce(m.margin, 0) as margin, coalesce(m.units, 0) as units, coalesce(m.uncosted, 0) as uncosted, case when o.goals > 0 then 1.0 else 0.0 end as hit,
                least(1.0, greatest(0.0, (cast(extract(epoch from cast(@Now as timestamptz)) as double precision) - cast(extract(epoch from o.since) as double precision)) / (@Days * 86400.0))) as elapsed
            from outcome o left join earlier b on b.user_id = o.user_id left join earned m on m.user_id = o.user_id)
        select arm as Arm, count(*) as People, cast(sum(elapsed) as double precision) as Elapsed, cast(sum(hit) as bigint) as Converted, cast(sum(revenue) as double precision) as Revenue, cast(sum(revenue * revenue) as double precision) as Revenue2,
            cast(sum(before) as double precision) as Before, cast(sum(before * before) as double precision) as Before2, cast(sum(before * revenue) as double precision) as BeforeRevenue,
            cast(sum(before * hit) as double precision) as BeforeConverted, cast(sum(goals) as bigint) as Orders,
            case when @Margins then cast(sum(margin) as double precision) end as Margin, case when @Margins then cast(sum(margin * margin) as double precision) end as Margin2,
            case when @Margins then cast(sum(before * margin) as double precision) end as BeforeMargin, cast(sum(units) as double precision) as Units, cast(sum(uncosted) as double precision) as UncostedUnits
        from both_ group by arm order by arm
        """;

    private const string Touch = $"""
        with sent as (
            select user_id, min(settled_at) as since, count(*) as n from campaign_messages where campaign_id = @Id and state = 'sent' group by user_id),
        marks as ({Events} where e.campaign_id in (@Own, @Reference) and e.name = @Mark and e.occurred_at >= @First),
        opens as ({Events} where e.campaign_id in (@Own, @Reference) and e.name = @OpenMark and e.occurred_at >= @First),
        clicked as (select user_id, min(occurred_at) as clicked_at from marks group by user_id),
        goals as ({Events} where e.name = @Goal and e.type <> 'item' and e.occurred_at >= @First and (e.currency is null or e.currency = @Currency))
        select coalesce((select cast(sum(n) as bigint) from sent), 0) as Sent, (select count(distinct o.user_id) from opens o join sent s on s.user_id = o.user_id) as Opened,
            (select count(*) from clicked c join sent s on s.user_id = c.user_id) as Clicked, count(*) as AttributedOrders, coalesce(cast(sum(cast(g.revenue as double precision)) as double precision), 0) as Attributed
        from goals g join clicked c on c.user_id = g.user_id and g.occurred_at >= c.clicked_at join sent s on s.user_id = g.user_id and g.occurred_at <= s.since + @Days * interval '1 day'
        """;

    private const string Stops = """
        select cast(count(distinct user_id) filter (where reason = 'unsubscribed') as bigint) as Unsubscribed, cast(count(distinct user_id) filter (where reason = 'complained') as bigint) as Complained,
            cast(count(distinct user_id) filter (where reason = 'bounced') as bigint) as Bounced
        from (select user_id, reason from campaign_suppressions where campaign_id = @Id
            union all
            select coalesce(i.user_id, nullif(e.user_id, '')), case e.name when 'Unsubscribed' then 'unsubscribed' when 'Email Bounced' then 'bounced' else 'complained' end from events e left join identities i on i.alias = e.user_id
            where e.campaign_id in (@Own, @Reference) and e.name in ('Unsubscribed', 'Email Bounced', 'Email Marked as Spam')) s
        """;

    private const string Frame = "select min(due_at) as First, max(due_at) as Last from campaign_people where campaign_id = @Id and arm <> 'out'";

    private const string AddLook = "insert into campaign_looks (campaign_id, looked_at, frozen, result) values (@CampaignId, @LookedAt, @Frozen, @Result)";

    private const string Looks = "select campaign_id as CampaignId, looked_at as LookedAt, frozen as Frozen, result as Result from campaign_looks where campaign_id = @Id and looked_at <= @Until order by looked_at";

    private const string Last = "select campaign_id as CampaignId, looked_at as LookedAt, frozen as Frozen, result as Result from campaign_looks where campaign_id = @Id and looked_at <= @Until order by frozen desc, looked_at desc limit 1";

    internal sealed record Span(DateTimeOffset? First, DateTimeOffset? Last);

    internal sealed record StopCounts(long Unsubscribed, long Complained, long Bounced);

    public async Task<(Span Span, IReadOnlyList<ArmSums> Arms, TouchSums Touch, StopCounts Stops)> MeasureAsync(int campaign, CampaignSpec spec, string currency, DateTimeOffset now, CancellationToken cancel)
    {
        var costs = (await catalog.AllAsync(cancel)).Where(p => p.Cost is not null).ToList();
        return await database.ReadAsync(session => MeasureAsync(session, campaign, spec, currency, now, costs), cancel);
    }

    private static async Task<(Span Span, IReadOnlyList<ArmSums> Arms, TouchSums Touch, StopCounts Stops)> MeasureAsync(Session session, int campaign, CampaignSpec spec, string currency, DateTimeOffset now, List<SupplyTerms> costs)
    {
        var span = (await session.FirstOrDefaultAsync<Span>(Frame, new { Id = campaign }))!;
        var stops = (await session.FirstOrDefaultAsync<StopCounts>(Stops, new { Id = campaign, Own = PublicLinks.Reference(campaign), Reference = PublicLinks.Reference(campaign, spec) }))!;
        if (span.First is not { } first) return (span, (IReadOnlyList<ArmSums>)[], new TouchSums(0, 0, 0, 0, 0), stops);
        var arguments = new
        {
            Margins = spec.Goal == EventNames.OrderCompleted && costs.Count > 0, Products = SqlList.Of(costs.Select(c => c.Id)), Costs = SqlList.Of(costs.Select(c => (double)c.Cost!.Value)),
            Id = campaign, spec.Goal, Now = now, First = first, Early = first.AddDays(-90), Days = spec.WindowDays, Currency = currency,
            Own = PublicLinks.Reference(campaign), Reference = PublicLinks.Reference(campaign, spec), Mark = CampaignEvents.Clicked, OpenMark = CampaignEvents.Opened,
        };
        return (span, await session.QueryAsync<ArmSums>(Arms, arguments), (await session.FirstOrDefaultAsync<TouchSums>(Touch, arguments))!, stops);
    }

    public Task AddAsync(Look look, CancellationToken cancel) => database.ExecuteAsync(AddLook, look, cancel);

    public Task<IReadOnlyList<Look>> LooksAsync(int campaign, DateTimeOffset until, CancellationToken cancel) => database.QueryAsync<Look>(Looks, new { Id = campaign, Until = until }, cancel);

    public Task<Look?> LastAsync(int campaign, DateTimeOffset until, CancellationToken cancel) => database.FirstOrDefaultAsync<Look>(Last, new { Id = campaign, Until = until }, cancel);
}
