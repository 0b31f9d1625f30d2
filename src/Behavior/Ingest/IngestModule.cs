using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Ingest;

/// <summary>Events in over HTTP.</summary>
public sealed class IngestModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IngestOptions>().Bind(configuration.GetSection(IngestOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<EventNormalizer>();
        services.AddSingleton<IngestService>();
        services.AddSingleton(provider => new RequestBody(provider.GetRequiredService<IOptions<IngestOptions>>().Value));
        services.AddHostedService<WarmWriter>();
        services.AddRequestDecompression();
        var origins = configuration.GetSection(IngestOptions.Section).Get<IngestOptions>()?.Origins ?? [];
        services.AddCors(cors => cors.AddPolicy(IngestApi.Cors, policy =>
            (origins.Count == 0 || origins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. origins])).AllowAnyHeader().WithMethods("GET", "POST").SetPreflightMaxAge(TimeSpan.FromHours(2))));
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => IngestApi.Map(routes);

    /// <summary>The first sender should not wait for what the writer reads before its first commit.</summary>
    private sealed class WarmWriter(EventWriter writer) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => writer.WarmUpAsync(stoppingToken);
    }
}
