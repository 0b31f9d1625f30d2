using BehaviorDashboard.Events;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Segments.Pages;
using BehaviorDashboard.WebTests.Look;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Xunit;

namespace BehaviorDashboard.WebTests.Segments;

/// <summary>A rule reads as a sentence, in the order of words of either language.</summary>
public sealed class RuleWordsTests : LookContext
{
    private static readonly GroupingState Rfm = new("rfm", "1", ["champions"], () => "RFM", _ => "Champions", (_, _) => "");

    public static TheoryData<string, string, string> Sentences => new()
    {
        { Json(new DidRule(EventNames.ProductViewed) { When = Window.Within(7) }), "did “Product Viewed” in the last 7 days", "最近 7 天内做过“浏览商品”" },
        { Json(new Not(new DidRule(EventNames.OrderCompleted) { When = Window.Within(1) })), "did not do “Order Completed” in the last 24 hours", "最近 24 小时内没有做过“下单”" },
        { Json(new DidRule(EventNames.ProductViewed) { Value = 3, Where = [new PropertyFilter("category", Matching.Is, ["shoes", "hats"])] }), "did “Product Viewed” (category is shoes or hats) at least 3 times", "做过“浏览商品”（类目 是 shoes或hats）至少 3 次" },
        { Json(new DidRule("Spun") { Op = Comparison.Equal }), "did “Spun” exactly once", "做过“Spun”恰为 1 次" },
        { Json(new DidRule("Spun") { Op = Comparison.Between, Value = 2, To = 5 }), "did “Spun” between 2 and 5 times", "做过“Spun”2 至 5 次" },
        { Json(new DidRule(EventNames.OrderCompleted) { Measure = Measure.Revenue, Value = 100, When = Window.Before(30) }), "revenue of “Order Completed” at least $100.00 longer than 30 days ago", "30 天以前“下单”的金额至少 $100.00" },
        { Json(new SequenceRule(new EventStep(EventNames.ProductAdded), new EventStep(EventNames.OrderCompleted), 72) { When = Window.Within(30) }), "did “Product Added”, then “Order Completed” within 3 days in the last 30 days", "最近 30 天内先“加入购物车”，3 天内再“下单”" },
        { Json(new AllOf([new FeatureRule("orders", Comparison.AtLeast, 2), new AnyOf([new FeatureRule("refund_share", Comparison.LessThan, 0.2m), new Not(new SegmentRule(4))])])), "orders at least 2 and (share refunded less than 20.0% or is not in “Regulars”)", "订单数至少 2，且（退款占比不到 20.0%，或不属于“Regulars”）" },
        { Json(new Not(new GroupRule("rfm", "champions"))), "RFM is not “Champions”", "RFM不是“Champions”" },
        { Json(new Not(new FeatureRule("days_since_last_order", Comparison.AtMost, 30))), "not (days since the last order at most 30)", "并非（距上次下单天数至多 30）" },
    };

    [Theory, MemberData(nameof(Sentences))]
    public void A_rule_is_a_sentence_in_both_languages(string rule, string english, string chinese)
    {
        Services.AddLocalization();
        var words = new RuleWords(Services.GetRequiredService<IStringLocalizer<SegmentsText>>(), Format, new Dictionary<int, string> { [4] = "Regulars" }, RuleTerms.None with { Groupings = new Dictionary<string, GroupingState> { ["rfm"] = Rfm } });
        Read("en");
        Assert.Equal(english, words.Sentence(RuleJson.Read(rule, out _)!));
        Read("zh-Hans");
        Assert.Equal(chinese, words.Sentence(RuleJson.Read(rule, out _)!));
    }

    private static string Json(Rule rule) => RuleJson.Write(rule);
}
