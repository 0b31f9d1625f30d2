using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Api;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Shell;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Testing;

/// <summary>
/// The real product inside the test's process: Kestrel on a free loopback port, a store folder of its own, one person of
/// each role. Use it as a class fixture, or start one with <see cref="StartAsync"/>.
/// </summary>
public partial class WebHost : IAsyncLifetime
{
    /// <summary>Everybody's password.</summary>
    public const string Password = "correct horse battery";

    private readonly string _folder = Directory.CreateTempSubdirectory("behavior-host-").FullName;
    private WebApplication? _app;
    private string? _database;

    /// <summary>Settings as on the command line: <c>["Accounts:AuthPostsPerMinute"] = "3"</c>.</summary>
    public Dictionary<string, string> Settings { get; } = new() { ["Accounts:AuthPostsPerMinute"] = "10000", ["Accounts:RevalidateSeconds"] = "1", ["Logging:LogLevel:Default"] = "Error", ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Error", ["Accounts:PrintSetupLink"] = "false" };

    /// <summary>False: nobody can sign in yet, as at a first start.</summary>
    protected virtual bool WithPeople => true;

    protected virtual bool Demo => false;

    protected virtual Engine Engine => Engine.DuckDb;

    /// <summary>Folder of the store.</summary>
    public string Folder => _folder;

    public IServiceProvider Services => _app!.Services;

    public Uri Address { get; private set; } = null!;

    public static async Task<WebHost> StartAsync(Dictionary<string, string>? settings = null)
    {
        var host = new WebHost();
        foreach (var (key, value) in settings ?? []) host.Settings[key] = value;
        await host.InitializeAsync();
        return host;
    }

    public async ValueTask InitializeAsync()
    {
        // The tests of the host say themselves that they were skipped.
        if (TestStore.Missing(Engine) is not null) return;
        if (Engine == Engine.Postgres) Settings["Storage:Postgres"] = _database = await TestStore.CreateDatabaseAsync();
        string[] arguments = ["--urls", "http://127.0.0.1:0", "--data", _folder, "--environment", "Development", .. Demo ? ["--demo"] : Array.Empty<string>(), .. Settings.Select(s => $"--{s.Key}={s.Value}")];
        _app = await ProductHost.StartAsync(HostLine.Parse(arguments), ChangeServices, ChangeRoutes);
        Address = new Uri(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        if (!WithPeople) return;
        await using var scope = Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        await scope.ServiceProvider.GetRequiredService<SetupGate>().CreateAdminAsync(users, EmailOf(Access.Admin), Access.Admin, Password, "test", default);
        foreach (var role in new[] { Access.Marketer, Access.Manager })
            await users.CreateAsync(new Account { Email = EmailOf(role), Name = role, Role = role, CreatedAt = DateTimeOffset.UtcNow }, Password);
    }

    /// <summary>Replaces services of the product, for tests of what goes wrong.</summary>
    protected virtual void ChangeServices(IServiceCollection services) { }

    /// <summary>Adds routes, for tests that plant one.</summary>
    protected virtual void ChangeRoutes(WebApplication app) { }

    public static string EmailOf(string role) => $"{role.ToLowerInvariant()}@shop.example";

    /// <summary>A client without a session or key; it keeps cookies and follows no redirects.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    /// <summary>A client signed in through the form, as the person of this role.</summary>
    public Task<HttpClient> SignInAsync(string role) => SignInAsync(EmailOf(role), Password);

    public async Task<HttpClient> SignInAsync(string email, string password)
    {
        var client = Client();
        using var answer = await PostFormAsync(client, "/login", "/auth/login", new() { ["email"] = email, ["password"] = password });
        if (answer.StatusCode != HttpStatusCode.Redirect || answer.Headers.Location?.OriginalString != "/")
            throw new InvalidOperationException($"Sign-in answered {(int)answer.StatusCode} {answer.Headers.Location}.");
        return client;
    }

    /// <summary>Every route of the running product.</summary>
    public IEnumerable<RouteEndpoint> Routes => Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Opens a page as a browser does, takes the antiforgery token of its first form, and posts with it.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(HttpClient client, string page, string action, Dictionary<string, string> fields)
    {
        var token = Token().Match(await (await PageAsync(client, page)).Content.ReadAsStringAsync());
        if (!token.Success) throw new InvalidOperationException($"{page} has no form.");
        return await client.PostAsync(new Uri(action, UriKind.RelativeOrAbsolute), new FormUrlEncodedContent(new Dictionary<string, string>(fields) { ["__RequestVerificationToken"] = WebUtility.HtmlDecode(token.Groups[1].Value) }));
    }

    /// <summary>Asks for an address as a browser asks for a page.</summary>
    public static async Task<HttpResponseMessage> PageAsync(HttpClient client, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/html");
        return await client.SendAsync(request);
    }

    /// <returns>The whole key, as a program presents it.</returns>
    public async Task<string> CreateKeyAsync(params string[] scopes) =>
        (await Services.GetRequiredService<ApiKeys>().CreateAsync("test key", scopes.Length == 0 ? [Access.ScopeWrite] : scopes, "test", default)).Presented;

    /// <summary>A client that presents a new key with these scopes.</summary>
    public async Task<HttpClient> KeyClientAsync(params string[] scopes)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await CreateKeyAsync(scopes));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
        if (_database is not null) await TestStore.DropDatabaseAsync(_database);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
