using System.Globalization;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>The last thing known of an order.</summary>
internal sealed record OrderFact(string OrderId, DateTimeOffset OrderedAt, string? Product, string LastEvent, DateTimeOffset LastAt, decimal Refunded, string? Currency);

/// <summary>An order of a person.</summary>
public sealed record PersonOrder(string OrderId, DateTimeOffset OrderedAt, decimal? Revenue, string? Currency);

/// <summary>What is true of the shop for one conversation, in words for an answer.</summary>
public sealed class ShopFactSet
{
    private readonly string? _name;
    private readonly OrderFact? _order;
    private readonly ProductTruth? _product;
    private readonly ProductTruth? _substitute;
    private readonly ServiceDeskOptions _options;
    private readonly ShopClock _clock;
    private readonly string _currency;

    internal ShopFactSet(string? name, OrderFact? order, ProductTruth? product, ProductTruth? substitute, ServiceDeskOptions options, ShopClock clock, string currency) =>
        (_name, _order, _product, _substitute, _options, _clock, _currency) = (name, order, product, substitute, options, clock, currency);

    /// <summary>The order asked about, or the person's last.</summary>
    public string? OrderId => _order?.OrderId;

    public string? ProductTitle => _product?.Title;

    public string? ProductId => _product?.Id;

    /// <returns>Words for a placeholder in the shopper's language; null where it is not known.</returns>
    public string? Of(string placeholder, string language)
    {
        var zh = language == TextLanguage.Chinese;
        return placeholder switch
        {
            "name" => _name ?? (zh ? "" : "there"),
            "order_id" => _order?.OrderId,
            "order_state" => OrderState(zh),
            "refund_state" => RefundState(zh),
            "arrival" => Arrival(zh),
            "substitute" => _substitute?.Title,
            "product" => _product?.Title,
            "voucher" => Voucher() is { } amount ? $"{_product!.Currency ?? _currency} {amount.ToString("0.00", CultureInfo.InvariantCulture)}" : null,
            _ => null,
        };
    }

    /// <summary>The largest voucher that leaves the margin its share and the price its limit; null where cost or price are not known, or nothing is left.</summary>
    public decimal? Voucher()
    {
        if (_product is not { Price: { } price, Cost: { } cost }) return null;
        var most = Math.Floor(Math.Min((decimal)_options.VoucherOfMargin * (price - cost), (decimal)_options.VoucherOfPrice * price) * 100) / 100;
        return most > 0 ? most : null;
    }

    private string? OrderState(bool zh)
    {
        if (_order is not { } order) return null;
        var (on, at) = (Day(order.OrderedAt, zh), Day(order.LastAt, zh));
        return order.LastEvent switch
        {
            "Order Cancelled" => zh ? $"订单 {order.OrderId}（{on}）已于{at}取消。" : $"Your order {order.OrderId} of {on} was cancelled on {at}.",
            "Order Refunded" => RefundState(zh),
            "Order Delivered" => zh ? $"订单 {order.OrderId}（{on}）已于{at}送达。" : $"Your order {order.OrderId} of {on} was delivered on {at}.",
            "Order Shipped" or "Order Fulfilled" => zh ? $"订单 {order.OrderId}（{on}）已于{at}发出。" : $"Your order {order.OrderId} of {on} was sent on {at}.",
            _ => zh ? $"订单 {order.OrderId} 于{on}收到。" : $"We received your order {order.OrderId} on {on}.",
        };
    }

    private string? RefundState(bool zh)
    {
        if (_order is not { Refunded: > 0 } order) return null;
        var amount = $"{order.Currency ?? _currency} {order.Refunded.ToString("0.00", CultureInfo.InvariantCulture)}";
        return zh ? $"订单 {order.OrderId} 的退款 {amount} 已于{Day(order.LastAt, zh)}办理。" : $"We refunded {amount} of your order {order.OrderId} on {Day(order.LastAt, zh)}.";
    }

    /// <summary>Honest: in stock, or the day that goods on their way or the supplier's lead time and its spread allow to promise.</summary>
    private string? Arrival(bool zh)
    {
        if (_product is not { Stock: { } stock } product) return null;
        if (stock > 0) return zh ? $"{product.Title}有货。" : $"{product.Title} is in stock.";
        if (product.Expected(_clock.Now) is { } expected) return zh ? $"{product.Title}暂时缺货，预计{Between(expected, zh)}到货。" : $"{product.Title} is sold out; it is expected {Between(expected, zh)}.";
        if (product.LeadDays is not { } lead) return null;
        // Nine of ten deliveries are there by then, if the lead time is near normal.
        var safe = _clock.Now.AddDays(lead + ProductTruth.Eight * (product.LeadSpread ?? lead * 0.25));
        return zh ? $"{product.Title}暂时缺货，若现在补货，最迟约{Day(safe, zh)}到货。" : $"{product.Title} is sold out; if it is ordered today it should be here by {Day(safe, zh)}.";
    }

    /// <summary>Two days of the shop's calendar as people say them: “between 3 and 9 December”, “on 3 December”.</summary>
    private string Between((DateTimeOffset From, DateTimeOffset To) span, bool zh)
    {
        var (from, to) = (_clock.Local(span.From), _clock.Local(span.To));
        if (from.Date == to.Date) return zh ? Day(span.To, zh) : $"on {Day(span.To, zh)}";
        if (from.Month != to.Month) return zh ? $"{Day(span.From, zh)}至{Day(span.To, zh)}" : $"between {Day(span.From, zh)} and {Day(span.To, zh)}";
        return zh ? $"{Day(span.From, zh)}至{to.Day}日" : $"between {from.Day} and {Day(span.To, zh)}";
    }

    private string Day(DateTimeOffset at, bool zh) => _clock.Local(at).ToString(zh ? "M月d日" : "d MMMM", CultureInfo.GetCultureInfo(zh ? "zh-Hans" : "en"));
}

/// <summary>Gathers what is true of the shop for a conversation.</summary>
internal sealed class ShopFacts(Database database, ProductTruths products, IServiceScopeFactory scopes, IOptions<ServiceDeskOptions> options, IOptions<ShopOptions> shop, ShopClock clock)
{
    private sealed record OrderRow(string OrderId, string UserId, DateTimeOffset OrderedAt);

    private sealed record LastRow(string Name, DateTimeOffset LastAt, decimal Refunded, string? Currency);

    /// <summary>Placeholders an answer may hold.</summary>
    public static IReadOnlyList<string> Names { get; } = ["name", "order_id", "order_state", "refund_state", "arrival", "substitute", "product", "voucher"];

    private const string Completed = "select order_id as OrderId, user_id as UserId, occurred_at as OrderedAt from events where type = 'track' and name = 'Order Completed' and order_id is not null";

    // Somebody else's order is nobody's business.
    private const string ByNumber = $"{Completed} and order_id = @Order and (cast(@User as text) is null or user_id = @User) order by occurred_at desc limit 1";

    private const string LastOfPerson = $"{Completed} and user_id = @User order by occurred_at desc limit 1";

    // The lines lie under the order's person and near its time.
    private const string ProductOf = """
        select max(product_id) from events where user_id = @User and occurred_at >= @From and occurred_at < @To and order_id = @Order and type = 'item' and name = 'Order Completed'
        """;

    private const string Orders = """
        select order_id as OrderId, occurred_at as OrderedAt, revenue as Revenue, currency as Currency from events
        where type = 'track' and name = 'Order Completed' and order_id is not null and user_id = @User order by occurred_at desc limit @Limit
        """;

    private const string Last = """
        select name as Name, occurred_at as LastAt, cast(coalesce((select -sum(r.revenue) from events r where r.order_id = @Order and r.type = 'track' and r.name = 'Order Refunded'), 0) as decimal(18, 4)) as Refunded, currency as Currency
        from events where order_id = @Order and type = 'track' and name in ('Order Completed', 'Order Refunded', 'Order Cancelled', 'Order Shipped', 'Order Fulfilled', 'Order Delivered') order by occurred_at desc, case when name = 'Order Completed' then 1 else 0 end limit 1
        """;

    public async Task<ShopFactSet> OfAsync(Conversation conversation, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var person = conversation.UserId is { } user ? await scope.ServiceProvider.GetRequiredService<PeopleService>().FindAsync(user, cancel) : null;
        var order = await OrderAsync(conversation, person?.Key, cancel);
        var product = (conversation.ProductId ?? order?.Product) is { } id ? await products.FindAsync(id, cancel) : null;
        var substitute = product is null ? null : Nearest(product, await products.AlikeAsync(product, cancel));
        return new ShopFactSet(person?.Name?.Split(' ')[0], order, product, substitute, options.Value, clock, shop.Value.Currency);
    }

    /// <summary>A person's last orders, newest first.</summary>
    public Task<IReadOnlyList<PersonOrder>> OrdersAsync(string user, int limit, CancellationToken cancel = default) => database.QueryAsync<PersonOrder>(Orders, new { User = user, Limit = limit }, cancel);

    /// <summary>In stock, of the same category, nearest in price.</summary>
    internal static ProductTruth? Nearest(ProductTruth product, IReadOnlyList<ProductTruth> all) => all
        .Where(p => p.Id != product.Id && p.Stock is > 0 && p.Category is not null && p.Category == product.Category)
        .OrderBy(p => p.Price is { } price && product.Price is { } own && own > 0 ? Math.Abs(Math.Log((double)Math.Max(price, 0.01m) / (double)own)) : double.MaxValue).ThenBy(p => p.Id, StringComparer.Ordinal).FirstOrDefault();

    private Task<OrderFact?> OrderAsync(Conversation conversation, string? user, CancellationToken cancel) => database.ReadAsync<OrderFact?>(async session =>
    {
        var order = (conversation.OrderId, user) switch
        {
            (null, null) => null,
            (null, _) => await session.FirstOrDefaultAsync<OrderRow>(LastOfPerson, new { User = user }),
            _ => await session.FirstOrDefaultAsync<OrderRow>(ByNumber, new { Order = conversation.OrderId, User = user }),
        };
        if (order is null) return null;
        var product = await session.FirstOrDefaultAsync<string?>(ProductOf, new { User = order.UserId, From = order.OrderedAt.AddDays(-1), To = order.OrderedAt.AddDays(1), Order = order.OrderId });
        var last = await session.FirstOrDefaultAsync<LastRow>(Last, new { Order = order.OrderId });
        return new OrderFact(order.OrderId, order.OrderedAt, product, last?.Name ?? "Order Completed", last?.LastAt ?? order.OrderedAt, last?.Refunded ?? 0, last?.Currency);
    }, cancel);
}
