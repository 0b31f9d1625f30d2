using BehaviorDashboard.Segments;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

public sealed class RuleDiffTests
{
    private static readonly DidRule Viewed = new("Product Viewed") { When = Window.Within(7) };
    private static readonly FeatureRule Orders = new("orders", Comparison.AtLeast, 2);
    private static readonly TraitRule German = new("country", Matching.Is, ["DE"]);

    [Fact]
    public void A_condition_that_changed_is_one_line_and_what_came_and_went_are_lines_of_their_own()
    {
        var found = RuleDiff.Between(new AllOf([Viewed, Orders]), new AllOf([Viewed with { When = Window.Within(30) }, Orders, German]));
        Assert.Equal([LineChange.Same, LineChange.Changed, LineChange.Same, LineChange.Added], found.Select(l => l.Change));
        Assert.Equal((7, 30), (((DidRule)found[1].Before!.Rule).When.Days, ((DidRule)found[1].After!.Rule).When.Days));
        Assert.Equal([LineChange.Same, LineChange.Changed, LineChange.Same, LineChange.Removed], RuleDiff.Between(new AllOf([Viewed with { When = Window.Within(30) }, Orders, German]), new AllOf([Viewed, Orders])).Select(l => l.Change));
    }

    [Fact]
    public void A_condition_that_gets_company_stays_the_same_line()
    {
        var found = RuleDiff.Between(new AllOf([Viewed]), new AllOf([Viewed with { When = Window.Within(30) }, Orders]));
        Assert.Equal([LineChange.Same, LineChange.Changed, LineChange.Added], found.Select(l => l.Change));
        Assert.Equal([LineChange.Same, LineChange.Changed, LineChange.Removed], RuleDiff.Between(new AllOf([Viewed with { When = Window.Within(30) }, Orders]), new AllOf([Viewed])).Select(l => l.Change));
    }

    [Fact]
    public void Another_joining_and_a_negation_are_changes()
    {
        var joined = RuleDiff.Between(new AllOf([Viewed, Orders]), new AnyOf([Viewed, Orders]));
        Assert.Equal([LineChange.Changed, LineChange.Same, LineChange.Same], joined.Select(l => l.Change));
        var negated = Assert.Single(RuleDiff.Between(new AllOf([Orders]), new AllOf([new Not(Orders)])));
        Assert.Equal((LineChange.Changed, false, true), (negated.Change, negated.Before!.Negated, negated.After!.Negated));
        Assert.All(RuleDiff.Between(new AllOf([Orders]), Orders), l => Assert.Equal(LineChange.Same, l.Change));
    }

    /// <summary>Whatever the two rules: what is the same or came is the new rule, what is the same or went the old one, in order.</summary>
    [Fact]
    public void Every_line_of_both_rules_is_told_once_and_in_order()
    {
        var world = new RandomWorld(5);
        for (var i = 0; i < 500; i++)
        {
            var (before, after) = (world.Rule(), world.Rule());
            var found = RuleDiff.Between(before, after);
            Assert.Equal(RuleDiff.Lines(before, after).Select(Text), found.Where(l => l.Before is not null).Select(l => Text(l.Before!)));
            Assert.Equal(RuleDiff.Lines(after, before).Select(Text), found.Where(l => l.After is not null).Select(l => Text(l.After!)));
            Assert.All(RuleDiff.Between(before, before), l => Assert.Equal(LineChange.Same, l.Change));
        }

        static string Text(RuleLine line) => $"{line.Depth} {line.Negated} {RuleJson.Write(line.Rule)}";
    }
}
