using System.Collections.Concurrent;
using BehaviorDashboard.Statistics;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>How much of a campaign's unit budget is used.</summary>
/// <param name="Sold">Units of the promoted products that those written to have bought since.</param>
/// <param name="Underway">Units that messages sent are expected to sell in what is left of their days.</param>
/// <param name="PerMessage">Units that one more message is expected to sell.</param>
public sealed record BudgetUse(int Budget, double Sold, double Underway, double PerMessage)
{
    public const double WaitAt = 0.8;

    public bool Waits => Sold + Underway >= WaitAt * Budget;

    public bool IsUsedUp => Sold >= Budget;

    /// <summary>Messages that may still go before the next ones wait.</summary>
    public int Room => Waits ? 0 : PerMessage > 0 ? (int)Math.Min(int.MaxValue, Math.Ceiling((WaitAt * Budget - Sold - Underway) / PerMessage)) : int.MaxValue;
}

/// <summary>
/// Lets a campaign follow the stock: at 80 % of its unit budget the next messages wait; when all of it is sold the offer becomes the
/// nearest substitute in stock, with a budget of its own.
/// </summary>
internal sealed class StockThrottle(Database database, CampaignStore campaigns, PromiseService promise, TimeProvider time)
{
    private const string Units = """
        select coalesce(cast(sum(e.quantity) as double precision), 0) from events e left join identities i on i.alias = e.user_id
        join (select user_id, min(due_at) as since from campaign_people where campaign_id = @Id and arm not in ('out', 'held') and due_at <= @Now group by user_id) c on c.user_id = coalesce(i.user_id, e.user_id)
        where e.type = 'item' and e.name = 'Order Completed' and e.product_id = any(@Products) and e.occurred_at > c.since and e.occurred_at > @Since and e.occurred_at <= @Now
        """;

    /// <summary>Messages sent, each by the share of its days that is left.</summary>
    private const string Open = """
        select coalesce(cast(sum(greatest(0.0, 1.0 - (cast(extract(epoch from cast(@Now as timestamptz)) as double precision) - cast(extract(epoch from settled_at) as double precision)) / (@Days * 86400.0))) as double precision), 0)
        from campaign_messages where campaign_id = @Id and step = 0 and state in ('sent', 'unclear') and settled_at > @Since
        """;

    private const string SwappedAt = "select max(happened_at) from campaign_notes where campaign_id = @Id and kind = 'swapped'";

    private readonly ConcurrentDictionary<int, BudgetUse> _use = new();

    /// <summary>Another node followed the budgets meanwhile.</summary>
    public void Forget() => _use.Clear();

    public BudgetUse? Of(int campaign) => _use.GetValueOrDefault(campaign);

    /// <summary>Whether the next messages wait; also until the budget was first looked at.</summary>
    public bool Holds(int campaign, CampaignSpec spec) => Room(campaign, spec) == 0;

    /// <summary>Messages that may go before the budget is looked at again.</summary>
    public int Room(int campaign, CampaignSpec spec) => !HasBudget(spec) ? int.MaxValue : Of(campaign)?.Room ?? 0;

    /// <returns>False when everything is sold and there is nothing to offer instead.</returns>
    public async Task<bool> FollowAsync(Campaign campaign, CancellationToken cancel)
    {
        var (spec, now) = (campaign.Read(), time.GetUtcNow());
        if (!HasBudget(spec))
        {
            _use.TryRemove(campaign.Id, out _);
            return true;
        }
        var since = await database.ScalarAsync<DateTimeOffset?>(SwappedAt, new { campaign.Id }, cancel) ?? DateTimeOffset.UnixEpoch;
        var sold = await database.ScalarAsync<double>(Units, new { campaign.Id, Now = now, Products = SqlList.Of(spec.Products), Since = since }, cancel);
        var open = await database.ScalarAsync<double>(Open, new { campaign.Id, Now = now, Days = (double)spec.WindowDays, Since = since }, cancel);
        var expect = await promise.ExpectAsync(spec.Products, new Interval(double.NaN, double.NaN, double.NaN), cancel);
        var each = expect.Lift * expect.UnitsPerOrder;
        var use = new BudgetUse(spec.UnitBudget!.Value, sold, open * each, each);
        _use[campaign.Id] = use;
        // Who waited for just this product is not offered another.
        return !use.IsUsedUp || spec.Schedule.Kind == CampaignSchedule.Stock || await SwapAsync(campaign, spec, each, now, cancel);
    }

    private static bool HasBudget(CampaignSpec spec) => spec.UnitBudget is not null && spec.Products.Count > 0;

    private async Task<bool> SwapAsync(Campaign campaign, CampaignSpec spec, double each, DateTimeOffset now, CancellationToken cancel)
    {
        var (products, onHand) = (new List<string>(), 0.0);
        foreach (var product in spec.Products)
        {
            if (await promise.SubstituteAsync(product, [.. spec.Products, .. products], cancel) is not { } other) continue;
            products.Add(other.Id);
            onHand += other.OnHand ?? 0;
        }
        if (products.Count == 0) return false;
        var next = spec with { Products = products };
        // Without a forecast what is on the shelf is all that is known.
        var free = await promise.FreeAsync(campaign.Id, next, cancel) ?? (int)Math.Min(int.MaxValue, Math.Floor(onHand));
        if (free < 1) return false;
        var note = new CampaignNote(now, CampaignRunner.Product, "swapped", $"{string.Join(", ", spec.Products)} → {string.Join(", ", products)}");
        if (await campaigns.ChangeAsync(campaign, (next with { UnitBudget = free }).ToJson(), note, cancel)) _use[campaign.Id] = new BudgetUse(free, 0, 0, each);
        return true;
    }
}
