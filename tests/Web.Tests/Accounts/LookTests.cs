using System.Net;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>Who fetches a page that shows somebody's data has looked, whether or not a browser ever opens its circuit.</summary>
public class LookTests(WebHost host) : IClassFixture<WebHost>
{
    [Theory]
    [InlineData("/customers/ada", "person.viewed ada")]
    [InlineData("/customers/bea/merge?with=cleo", "person.viewed bea, person.viewed cleo")]
    [InlineData("/recommendations/inspect?kind=for_you&person=dora", "person.recommendations.viewed dora")]
    public async Task A_fetched_page_is_a_look_and_the_same_page_again_the_same_look(string page, string expected)
    {
        await host.Services.GetRequiredService<EventWriter>().AppendAsync([.. new[] { "ada", "bea", "cleo", "dora" }.Select(user => Make.Event($"look-{user}", user: user, traits: $$"""{"email":"{{user}}@shop.example"}"""))]);
        using var marketer = await host.SignInAsync(Access.Marketer);
        for (var i = 0; i < 2; i++)
        {
            using var answer = await WebHost.PageAsync(marketer, page);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        var people = expected.Split(", ").Select(e => e.Split(' ')[1]).ToArray();
        var looks = await host.Services.GetRequiredService<Database>().QueryAsync<string>("select action || ' ' || target from audit_log where target = any(@People) order by target", new { People = SqlList.Of(people) });
        Assert.Equal(expected, string.Join(", ", looks));
    }
}
