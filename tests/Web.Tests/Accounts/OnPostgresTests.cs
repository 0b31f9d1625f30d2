using System.Net;
using System.Text;
using BehaviorDashboard.Api;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>Signing in behaves on PostgreSQL as on the embedded store.</summary>
public class SignInOnPostgresTests(PostgresHost host) : SignInTests(host), IClassFixture<PostgresHost>;

/// <summary>Attacks on accounts and keys fail on PostgreSQL as on the embedded store.</summary>
public class AttackOnPostgresTests(PostgresHost host) : AttackTests(host), IClassFixture<PostgresHost>;

/// <summary>The first Admin is made on PostgreSQL as on the embedded store.</summary>
public class SetupOnPostgresTests(SetupOnPostgresTests.EmptyOnPostgres host) : SetupTests(host), IClassFixture<SetupOnPostgresTests.EmptyOnPostgres>
{
    public sealed class EmptyOnPostgres : Empty
    {
        protected override Engine Engine => Engine.Postgres;
    }
}

/// <summary>A key that was made on PostgreSQL sends over HTTP until it is revoked; what was accepted is stored once.</summary>
public class SendingOnPostgresTests(PostgresHost host) : IClassFixture<PostgresHost>
{
    private const string Batch = """
        {"batch":[{"type":"track","event":"Order Completed","userId":"u-pg","messageId":"pg-1","properties":{"order_id":"1","revenue":12.5,"currency":"USD","products":[{"product_id":"cup","price":12.5,"quantity":1}]}},
        {"type":"identify","userId":"u-pg","messageId":"pg-2","traits":{"email":"pg@example.com","emailConsent":true}}]}
        """;

    private static StringContent Body(string text) => new(text, Encoding.UTF8, "application/json");

    [Fact]
    public async Task Events_sent_over_HTTP_are_stored_once_and_a_revoked_key_is_refused()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        var database = host.Services.GetRequiredService<Database>();
        Assert.Equal("postgres", database.Dialect.Name);
        using var client = await host.KeyClientAsync(Access.ScopeWrite);
        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.PostAsync(new Uri("/v1/batch", UriKind.Relative), Body(Batch));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        Assert.Equal(1, await database.ScalarAsync<long>("select orders from profiles where user_id = 'u-pg'"));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from consents where user_id = 'u-pg' and granted"));
        using (var reader = await host.KeyClientAsync(Access.ScopeRead))
        {
            Assert.Contains("\"orders\":1", await reader.GetStringAsync(new Uri("/v1/people/u-pg", UriKind.Relative)), StringComparison.Ordinal);
            using var refused = await reader.PostAsync(new Uri("/v1/batch", UriKind.Relative), Body(Batch));
            Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden });
        }
        var keys = host.Services.GetRequiredService<ApiKeys>();
        foreach (var key in await keys.ListAsync(default)) await keys.RevokeAsync(key.Id, default);
        using var late = await client.PostAsync(new Uri("/v1/batch", UriKind.Relative), Body(Batch));
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task Pages_open_for_who_signs_in()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        using var admin = await host.SignInAsync(Access.Admin);
        foreach (var page in new[] { "/", "/customers?sort=revenue&consent=-marketing_email&ordersFrom=1", "/customers/duplicates", "/data/sources", "/admin/privacy", "/admin/users", "/admin/audit", "/admin/keys", "/segments" })
        {
            using var answer = await WebHost.PageAsync(admin, page);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{page}: {answer.StatusCode}");
        }
    }
}
