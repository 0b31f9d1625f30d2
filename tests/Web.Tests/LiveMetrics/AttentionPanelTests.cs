using BehaviorDashboard.Contracts;
using BehaviorDashboard.LiveMetrics.Pages;
using BehaviorDashboard.WebTests.Look;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.LiveMetrics;

/// <summary>What needs the reader now.</summary>
public class AttentionPanelTests : LookContext
{
    [Fact]
    public void One_room_with_much_at_stake_hides_no_other_and_what_comes_up_shows_by_itself()
    {
        Read("en");
        var (stock, rules) = (new Room(), new Room());
        for (var i = 1; i <= 9; i++) stock.Items.Add(Item(AttentionKind.Wrong, $"Order {i}", i * 10));
        rules.Items.Add(Item(AttentionKind.Decide, "Approve me", null));
        var user = AddAuthorization().SetAuthorized("ann");
        user.SetPolicies(Access.EditRules);
        Services.AddSingleton<IAttentionSource>(stock).AddSingleton<IAttentionSource>(rules).AddSingleton<IAttentionSource>(new Room { Fails = true });
        SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", isInteractive: true));

        var panel = Render<AttentionPanel>();
        Assert.Equal(["Order 9", "Order 8", "Order 7", "Order 6", "Order 5", "Order 4", "Order 3", "Approve me"], Titles());
        rules.Items.Add(Item(AttentionKind.Wrong, "Review shock", 500));
        Time.Advance(TimeSpan.FromSeconds(16));
        panel.WaitForAssertion(() => Assert.Equal(["Review shock", "Order 9", "Order 8", "Order 7"], Titles()[..4]));
        Assert.Contains("Approve me", Titles());

        List<string> Titles() => [.. panel.FindAll("[data-attention] strong").Select(s => s.TextContent)];
    }

    [Fact]
    public void Who_can_do_nothing_about_it_does_not_see_it()
    {
        var room = new Room();
        room.Items.Add(Item(AttentionKind.Decide, "Approve me", null));
        AddAuthorization().SetAuthorized("ann");
        Services.AddSingleton<IAttentionSource>(room);
        SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Static", isInteractive: false));
        Assert.Empty(Render<AttentionPanel>().FindAll("[data-attention]"));
    }

    private static AttentionItem Item(AttentionKind kind, string title, decimal? stake) => new(kind, title, null, "x", Access.EditRules, stake, Noon);

    private sealed class Room : IAttentionSource
    {
        public List<AttentionItem> Items { get; } = [];

        public bool Fails { get; init; }

        public Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default) =>
            Fails ? throw new InvalidOperationException("gone") : Task.FromResult<IReadOnlyList<AttentionItem>>([.. Items.OrderByDescending(i => i.AtStake).Take(limit)]);
    }
}
