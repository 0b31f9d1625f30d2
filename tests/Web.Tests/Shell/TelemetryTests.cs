using System.Collections.Concurrent;
using System.Net;
using System.Text;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

/// <summary>What the product tells an operator: metrics and traces over OTLP, lines of log; never who a shopper is.</summary>
public sealed class TelemetryTests
{
    private const string Ada = "ada.lovelace@example.com";

    /// <summary>Takes what an OpenTelemetry collector takes.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly ConcurrentDictionary<string, string> _received = new();

        private Collector(WebApplication app) => _app = app;

        public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        public string Received(string signal) => _received.GetValueOrDefault(signal, "");

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
            builder.Logging.ClearProviders();
            var collector = new Collector(builder.Build());
            collector._app.Run(collector.TakeAsync);
            await collector._app.StartAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task TakeAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var signal = http.Request.Path.Value!.Contains("Metrics", StringComparison.Ordinal) ? "metrics" : "traces";
            var text = Encoding.Latin1.GetString(body.ToArray());
            _received.AddOrUpdate(signal, text, (_, before) => before + text);
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(new byte[5]);
            http.Response.AppendTrailer("grpc-status", "0");
        }
    }

    /// <summary>Everything that is logged, with its fields and exceptions.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fields = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}")) : "";
            All.Enqueue($"{formatter(state, exception)} {fields} {exception}");
        }

        public void Dispose() { }
    }

    private sealed class LoggedHost(Lines log) : WebHost
    {
        protected override void ChangeServices(IServiceCollection services) => services.AddSingleton<ILoggerProvider>(log);
    }

    /// <summary>A day in the life of a shopper's data: sent well and badly, imported, written in, looked at, searched for, erased.</summary>
    private static async Task LiveAsync(WebHost host)
    {
        using var sender = await host.KeyClientAsync();
        foreach (var body in new[]
        {
            $$"""{"batch":[{"type":"identify","userId":"{{Ada}}","traits":{"email":"{{Ada}}"} },{"type":"track","event":"Order Completed","userId":"{{Ada}}","properties":{"revenue":"{{Ada}}"} }]}""",
            $$"""{"batch":[{"type":"track","event":"X","userId":"{{Ada}}",]}""", $"\"{Ada}\"",
        })
            using (await sender.PostAsync(new Uri("/v1/batch", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"))) { }
        using var admin = await host.SignInAsync(Access.Admin);
        foreach (var path in new[] { $"/customers/{Ada}", $"/customers?q={Ada}", $"/v1/people/{Uri.EscapeDataString(Ada)}", $"/v1/people/{Ada}/events", $"/nowhere/{Ada}" })
            using (await WebHost.PageAsync(admin, path)) { }
        using (await sender.PostAsync(new Uri("/v1/conversations", UriKind.Relative), new StringContent($$"""{"conversation_id":"c1","message_id":"m1","user_id":"{{Ada}}","channel":"email","subject":"{{Ada}}","body":"Where is it?"}""", Encoding.UTF8, "application/json"))) { }
        using (await sender.PostAsync(new Uri("/v1/reviews", UriKind.Relative), new StringContent($$"""{"reviews":[{"review_id":"{{Ada}}","user_id":"{{Ada}}","rating":"{{Ada}}","body":"x"}]}""", Encoding.UTF8, "application/json"))) { }
        await ImportAsync(host);
        using var stranger = host.Client();
        using (await WebHost.PostFormAsync(stranger, "/login", "/auth/login", new() { ["email"] = Ada, ["password"] = "wrong" })) { }
        using var erased = await admin.DeleteAsync(new Uri($"/v1/people/{Ada}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, erased.StatusCode);
    }

    /// <summary>A file of hers, with rows that cannot be read, and a statement of hers that fails.</summary>
    private static async Task ImportAsync(WebHost host)
    {
        var file = Path.Combine(host.Folder, "customers.csv");
        await File.WriteAllTextAsync(file, $"Customer ID,Email,First Name,Total Spent\n1,{Ada},Ada,5\n\"{Ada},x\n");
        await host.Services.GetRequiredService<ImportService>().RunAsync(new ImportRequest("shopify-customers", [file]));
        var log = host.Services.GetRequiredService<ILogger<TelemetryTests>>();
        try
        {
            await host.Services.GetRequiredService<Database>().ExecuteAsync("insert into people_search (user_id, words) values (@Ada, @Ada), (@Ada, @Ada)", new { Ada });
            Assert.Fail("The statement should not have worked.");
        }
        catch (System.Data.Common.DbException problem)
        {
            log.LogError(problem, "A statement failed.");
        }
    }

    [Fact]
    public async Task Metrics_and_traces_reach_a_collector_and_name_nobody()
    {
        await using var collector = await Collector.StartAsync();
        await using (var host = await WebHost.StartAsync(new() { ["Telemetry:OtlpEndpoint"] = collector.Address })) await LiveAsync(host);
        foreach (var name in new[] { "behavior.events.stored", "behavior.events.waiting", "behavior.commit.duration", "http.server.request.duration", "dotnet.gc.collections", "behavior-dashboard" })
            Assert.Contains(name, collector.Received("metrics"), StringComparison.Ordinal);
        foreach (var name in new[] { "store events", "/v1/batch", "/customers/{Key}" }) Assert.Contains(name, collector.Received("traces"), StringComparison.OrdinalIgnoreCase);
        foreach (var signal in new[] { "metrics", "traces" })
            foreach (var word in new[] { "ada.lovelace", Uri.EscapeDataString(Ada) }) Assert.DoesNotContain(word, collector.Received(signal), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Logs_name_no_shopper()
    {
        var log = new Lines();
        await using (var host = new LoggedHost(log))
        {
            host.Settings["Logging:LogLevel:Default"] = "Information";
            host.Settings["Logging:LogLevel:Microsoft"] = "Warning";
            host.Settings["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information";
            await host.InitializeAsync();
            await LiveAsync(host);
        }
        Assert.NotEmpty(log.All);
        Assert.DoesNotContain(log.All, line => line.Contains("lovelace", StringComparison.OrdinalIgnoreCase));
    }
}
