using System.Net;
using System.Net.Http.Json;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>What somebody with bad intentions would try.</summary>
public class AttackTests(WebHost host) : IClassFixture<WebHost>
{
    [Fact]
    public async Task Every_failure_to_sign_in_reads_the_same()
    {
        using var client = host.Client();
        var known = await TryAsync(client, WebHost.EmailOf(Access.Manager), "not the password");
        var unknown = await TryAsync(client, "nobody@shop.example", "not the password");
        var huge = await TryAsync(client, new string('a', 5_000) + "@shop.example", new string('x', 5_000));
        Assert.Equal(known, unknown);
        Assert.Equal(known, huge);
    }

    [Fact]
    public async Task A_body_larger_than_any_form_is_refused()
    {
        using var client = host.Client();
        using var answer = await WebHost.PostFormAsync(client, "/login", "/auth/login", new() { ["email"] = "a@b.example", ["password"] = new string('x', 100_000) });
        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, $"{answer.StatusCode}");
    }

    [Fact]
    public async Task Wrong_passwords_lock_an_account_also_for_the_right_one()
    {
        var email = await InviteWithPasswordAsync(Access.Marketer);
        using var client = host.Client();
        for (var i = 0; i < 5; i++) await TryAsync(client, email, "not the password");
        Assert.StartsWith("/login?failed", await TryAsync(client, email, WebHost.Password), StringComparison.Ordinal);

        await using var scope = host.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<AccountsService>();
        Assert.Equal(AccountResult.Done, await service.UnlockAsync((await service.ListAsync()).Single(a => a.Email == email).Id));
        Assert.Equal("/", await TryAsync(client, email, WebHost.Password));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task Another_sites_page_cannot_act_with_our_session(string origin)
    {
        using var admin = await host.SignInAsync(Access.Admin);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = JsonContent.Create(new { name = "stolen", scopes = new[] { "admin" } }) };
        request.Headers.Add("Origin", origin);
        using var answer = await admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);

        using var own = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = JsonContent.Create(new { name = "own", scopes = new[] { "read" } }) };
        own.Headers.Add("Origin", host.Address.ToString().TrimEnd('/'));
        using var allowed = await admin.SendAsync(own);
        Assert.Equal(HttpStatusCode.Created, allowed.StatusCode);
    }

    [Fact]
    public async Task A_token_of_one_session_does_not_serve_another()
    {
        using var one = host.Client();
        using var page = await WebHost.PageAsync(one, "/login");
        var token = System.Text.RegularExpressions.Regex.Match(await page.Content.ReadAsStringAsync(), "name=\"__RequestVerificationToken\" value=\"([^\"]+)").Groups[1].Value;
        using var other = host.Client();
        using var answer = await other.PostAsync(new Uri("/auth/login", UriKind.Relative), new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["email"] = "a", ["password"] = "b" }));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_one_time_link_works_once()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<AccountsService>();
        var (_, account) = await service.InviteAsync($"{Guid.NewGuid():N}@shop.example", "Link", Access.Manager);
        var link = "/" + await service.LinkAsync(account!.Id);
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(host.Address, link).Query);
        Dictionary<string, string> fields = new() { ["id"] = query["id"]!, ["token"] = query["token"]!, ["password"] = "a brand new secret", ["repeat"] = "a brand new secret" };
        using var first = host.Client();
        using var done = await WebHost.PostFormAsync(first, link, "/auth/password", fields);
        Assert.Equal("/", done.Headers.Location?.OriginalString);
        using var second = host.Client();
        using var again = await WebHost.PostFormAsync(second, link, "/auth/password", new(fields) { ["password"] = "somebody elses one", ["repeat"] = "somebody elses one" });
        Assert.Contains("InvalidToken", again.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_role_ends_sessions_and_open_pages()
    {
        var email = await InviteWithPasswordAsync(Access.Admin);
        using var client = await host.SignInAsync(email, WebHost.Password);
        Assert.Equal(HttpStatusCode.OK, (await WebHost.PageAsync(client, "/admin/users")).StatusCode);
        await using var scope = host.Services.CreateAsyncScope();
        var signIns = scope.ServiceProvider.GetRequiredService<SignIns>();
        var account = (await signIns.UserManager.FindByEmailAsync(email))!;
        // What an open page holds, and asks about at every interval.
        var principal = await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<Account>>().CreateAsync(account);
        Assert.NotNull(await signIns.ValidateSecurityStampAsync(principal));

        await scope.ServiceProvider.GetRequiredService<AccountsService>().ChangeRoleAsync(account.Id, Access.Manager);

        Assert.Null(await signIns.ValidateSecurityStampAsync(principal));
        await Eventually(async () => (await WebHost.PageAsync(client, "/admin/users")).StatusCode == HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task The_last_admin_stays_also_when_two_are_removed_at_once()
    {
        await using var host = await WebHost.StartAsync();
        await using var scope = host.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<AccountsService>();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        await users.CreateAsync(new Account { Email = "second@shop.example", Name = "Second", Role = Access.Admin, CreatedAt = DateTimeOffset.UtcNow }, WebHost.Password);
        var admins = (await service.ListAsync()).Where(a => a.Role == Access.Admin).ToList();
        Assert.Equal(2, admins.Count);
        var results = await Task.WhenAll(service.ChangeRoleAsync(admins[0].Id, Access.Manager), service.LockAsync(admins[1].Id));
        Assert.Equal([AccountResult.Done, AccountResult.LastAdmin], results.Order());
        var last = (await service.ListAsync()).Single(a => a is { Role: Access.Admin, Active: true });
        Assert.Equal(AccountResult.LastAdmin, await service.RemoveAsync(last.Id));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_and_a_wrong_secret_always()
    {
        var presented = await host.CreateKeyAsync(Access.ScopeRead);
        using var client = host.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", presented);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/key")).StatusCode);
        using var forged = host.Client();
        forged.DefaultRequestHeaders.Authorization = new("Bearer", presented[..^2] + (presented.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA"));
        using var refused = await forged.GetAsync("/api/v1/key");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);

        await host.Services.GetRequiredService<BehaviorDashboard.Api.ApiKeys>().RevokeAsync(presented.Split('_')[1], default);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/key")).StatusCode);
    }

    [Fact]
    public async Task One_address_may_not_try_for_ever()
    {
        await using var strict = await WebHost.StartAsync(new() { ["Accounts:AuthPostsPerMinute"] = "3" });
        using var client = strict.Client();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
            answers.Add((await WebHost.PostFormAsync(client, "/login", "/auth/login", new() { ["email"] = "a@b.example", ["password"] = "x" })).StatusCode);
        Assert.Equal([HttpStatusCode.Redirect, HttpStatusCode.Redirect, HttpStatusCode.Redirect, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], answers);
    }

    [Fact]
    public async Task Signing_in_and_failing_to_are_in_the_audit_log_without_the_password()
    {
        using var client = host.Client();
        await TryAsync(client, WebHost.EmailOf(Access.Manager), "not the password");
        using var admin = await host.SignInAsync(Access.Admin);
        var csv = await admin.GetStringAsync("/admin/audit.csv");
        Assert.Contains("session.refused", csv, StringComparison.Ordinal);
        Assert.Contains("session.started", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("not the password", csv, StringComparison.Ordinal);
        Assert.DoesNotContain(WebHost.Password, csv, StringComparison.Ordinal);
    }

    private async Task<string> InviteWithPasswordAsync(string role)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var email = $"{Guid.NewGuid():N}@shop.example";
        await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(new Account { Email = email, Name = role, Role = role, CreatedAt = DateTimeOffset.UtcNow }, WebHost.Password);
        return email;
    }

    private static async Task<string> TryAsync(HttpClient client, string email, string password)
    {
        using var answer = await WebHost.PostFormAsync(client, "/login", "/auth/login", new() { ["email"] = email, ["password"] = password });
        return answer.Headers.Location?.OriginalString ?? answer.StatusCode.ToString();
    }

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 600; i++)
        {
            if (await holds()) return;
            await Task.Delay(100);
        }
        Assert.Fail("It never came about.");
    }
}
