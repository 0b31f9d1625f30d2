using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>Opens the same few conversations of the demo shop's latest buyers at every start, in both languages.</summary>
internal sealed class DemoConversations(Database database, ConversationService desk, KnowledgeService knowledge, TimeProvider time) : IDemoSeeder
{
    private sealed record Buyer(string UserId, string OrderId);

    private static readonly (string Subject, string Body, int HoursAgo)[] Asked =
    [
        ("Where is it?", "Hello, where is my order? I see no tracking update.", 3), ("", "我的快递发货了吗？一直没有物流信息", 5), ("Broken on arrival", "The item arrived broken and it leaks. I want a replacement, this is unacceptable.", 9),
        ("", "你们的服务太差了，找了三次都没有人回复，我要投诉", 2), ("Refund", "I returned it two weeks ago and still no refund. When do I get my money back?", 20), ("", "这个有没有类似的现货？显示售罄", 1),
        ("Wrong colour", "You sent me a different colour than ordered.", 7), ("", "可以开公司抬头的发票吗", 4), ("", "Do you have a discount code for regular customers?", 6), ("Question about care", "Is it dishwasher safe?", 26),
        ("", "忘记密码了，登录不上", 10), ("Thanks", "Thank you, the new one works perfectly!", 30),
    ];

    private string? _soldOut;

    public Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel)
    {
        _soldOut = products.Where(p => p.OnHand == 0).Select(p => p.ProductId).FirstOrDefault();
        return knowledge.StartAsync("demo", cancel);
    }

    public async Task AfterHistoryAsync(CancellationToken cancel)
    {
        var buyers = await database.QueryAsync<Buyer>(
            "select user_id as UserId, max(order_id) as OrderId from events where type = 'track' and name = 'Order Completed' and user_id <> '' and order_id is not null and occurred_at >= @From group by user_id order by max(occurred_at) desc, user_id limit @Limit",
            new { From = time.GetUtcNow().AddDays(-40), Limit = Asked.Length }, cancel);
        for (var i = 0; i < Asked.Length && i < buyers.Count; i++)
        {
            var (subject, body, hours) = Asked[i];
            var number = (i + 1).ToString(CultureInfo.InvariantCulture);
            await desk.ReceiveAsync(new InboundMessage("demo-" + number, "demo-message-" + number, buyers[i].UserId, i % 3 == 0 ? "email" : "chat", subject, body, buyers[i].OrderId, body.Contains("售罄", StringComparison.Ordinal) ? _soldOut : null, time.GetUtcNow().AddHours(-hours)), cancel);
        }
    }
}
