using System.Net;
using System.Text;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Ingest;

/// <summary>A server store whose disk is full: senders are told to come back, whoever looks is told why, and all goes on by itself.</summary>
public sealed class FullDiskTests(PostgresHost host) : IClassFixture<PostgresHost>
{
    // As the server says it.
    private const string Fill = """
        create or replace function no_room() returns trigger language plpgsql as 'begin raise exception ''could not extend file: No space left on device'' using errcode = ''53100''; end';
        create trigger no_room before insert on events for each statement execute function no_room()
        """;

    [Fact]
    public async Task On_a_full_disk_senders_come_back_and_pages_and_supervisors_are_told_why()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        var database = host.Services.GetRequiredService<Database>();
        using var sender = await host.KeyClientAsync(Access.ScopeWrite);
        using var person = await host.SignInAsync(Access.Admin);
        Assert.Equal((HttpStatusCode.OK, null), await SendAsync());
        await database.ExecuteAsync(Fill);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), await SendAsync());
        Assert.Contains("data-live-full", await PageAsync(), StringComparison.Ordinal);
        using (var ready = await sender.GetAsync(new Uri("/readyz", UriKind.Relative)))
        {
            // Pages can be read: no load balancer may take them away.
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
            Assert.Contains("disk", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        await database.ExecuteAsync("drop trigger no_room on events");
        Assert.Equal((HttpStatusCode.OK, null), await SendAsync());
        Assert.DoesNotContain("data-live-full", await PageAsync(), StringComparison.Ordinal);
        Assert.Equal("ready", await sender.GetStringAsync(new Uri("/readyz", UriKind.Relative)));
        Assert.Equal(2, await database.ScalarAsync<long>("select count(*) from events where name = 'Full Disk'"));

        async Task<(HttpStatusCode, TimeSpan?)> SendAsync()
        {
            using var body = new StringContent("""{"userId":"u-full","event":"Full Disk"}""", Encoding.UTF8, "application/json");
            using var answer = await sender.PostAsync(new Uri("/v1/track", UriKind.Relative), body);
            return (answer.StatusCode, answer.Headers.RetryAfter?.Delta);
        }

        async Task<string> PageAsync()
        {
            // The figures of a moment ago are shown for a quarter of a second.
            await Task.Delay(300);
            using var page = await WebHost.PageAsync(person, "/live");
            return await page.Content.ReadAsStringAsync();
        }
    }
}
