using BehaviorDashboard.Segments;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

public sealed class RuleCheckTests
{
    [Theory]
    [InlineData("""{"is":"feature","feature":"shoe_size","op":"AtLeast","value":1}""", "UnknownFeature")]
    [InlineData("""{"is":"feature","feature":"orders","op":"AtLeast"}""", "Missing")]
    [InlineData("""{"is":"feature","feature":"orders","op":"Between","value":5,"to":2}""", "Between")]
    [InlineData("""{"is":"feature","feature":"days_since_last_order","op":"Equal","value":5}""", "Days")]
    [InlineData("""{"is":"did","event":"X","op":"AtLeast","value":0}""", "Always")]
    [InlineData("""{"is":"did","event":"X","op":"LessThan","value":0}""", "Never")]
    [InlineData("""{"is":"did","event":"X","op":"Known"}""", "NotHere")]
    [InlineData("""{"is":"did","event":" "}""", "Text")]
    [InlineData("""{"is":"did","event":"X","occasion":"First"}""", "FirstNeedsWindow")]
    [InlineData("""{"is":"did","event":"X","when":{"kind":"Within","days":0}}""", "Days")]
    [InlineData("""{"is":"did","event":"X","when":{"kind":"Between","from":"2026-02-02","to":"2026-02-01"}}""", "Dates")]
    [InlineData("""{"is":"did","event":"X","where":[{"property":"price","op":"AtLeast","values":["much"]}]}""", "Number")]
    [InlineData("""{"is":"trait","trait":"country","op":"Is","values":[]}""", "Missing")]
    [InlineData("""{"is":"sequence","first":{"event":"A"},"then":{"event":"B"},"withinHours":0}""", "Hours")]
    [InlineData("""{"is":"all","rules":[{"is":"any","rules":[]}]}""", "EmptyGroup")]
    public void What_cannot_be_meant_is_refused_with_its_reason(string json, string code)
    {
        var rule = RuleJson.Read(json, out var unreadable);
        Assert.True(rule is not null, unreadable?.ToString());
        Assert.Contains(RuleCheck.Check(rule, RuleTerms.None), p => p.Code == code);
    }

    [Fact]
    public void A_problem_leads_to_the_condition_it_lies_in()
    {
        var wrong = new DidRule("X") { When = Window.Within(0) };
        var rule = new AllOf([new FeatureRule("orders", Comparison.AtLeast, 1), new AnyOf([new Not(wrong), new AnyOf([])])]);
        Assert.Equal([(Rule?)wrong, null], RuleCheck.Check(rule, RuleTerms.None).Select(p => RuleCheck.At(rule, p.Path)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"is":"magic"}""")]
    [InlineData("""{"rules":[]}""")]
    [InlineData("""{"is":"all"}""")]
    [InlineData("""{"is":"all","rules":[null]}""")]
    [InlineData("""{"is":"not","rule":{"is":"any","rules":[null]}}""")]
    [InlineData("""{"is":"did","event":"X","where":[null]}""")]
    [InlineData("""{"is":"did","event":"X","where":null}""")]
    [InlineData("""{"is":"did","event":"X","when":null}""")]
    [InlineData("""{"is":"trait","trait":"x","op":"Is","values":[null]}""")]
    [InlineData("""{"is":"sequence","first":{"event":"A","where":[null]},"then":{"event":"B"},"withinHours":2}""")]
    [InlineData("""{"is":"did","event":null}""")]
    [InlineData("""{"is":"did","event":"X","op":"Roughly"}""")]
    [InlineData("""{"is":"did","event":"X","sql":"1=1"}""")]
    public void What_is_no_rule_is_refused(string json)
    {
        var rule = RuleJson.Read(json, out var problem);
        Assert.True(rule is null || RuleCheck.Check(rule, RuleTerms.None).Count > 0, "It was taken.");
        if (rule is null) Assert.NotNull(problem);
    }

    [Fact]
    public void A_rule_too_deep_or_too_long_is_refused()
    {
        Rule deep = new DidRule("X");
        for (var i = 0; i < 12; i++) deep = new Not(deep);
        Assert.Contains(RuleCheck.Check(deep, RuleTerms.None), p => p.Code == "TooDeep");
        Assert.Contains(RuleCheck.Check(new AllOf([.. Enumerable.Repeat(new DidRule("X"), 61)]), RuleTerms.None), p => p.Code == "TooMany");
        Assert.Null(RuleJson.Read(string.Concat(Enumerable.Repeat("""{"is":"not","rule":""", 5_000)), out var problem));
        Assert.Equal("TooLong", problem!.Code);
        Assert.Null(RuleJson.Read(string.Concat(Enumerable.Repeat("""{"is":"not","rule":""", 2_000)), out problem));
        Assert.Equal("NotARule", problem!.Code);
    }
}
