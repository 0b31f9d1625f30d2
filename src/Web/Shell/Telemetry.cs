using System.Diagnostics;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BehaviorDashboard.Shell;

/// <summary>
/// Metrics and traces over OTLP, when <c>Telemetry:OtlpEndpoint</c> (or OTEL_EXPORTER_OTLP_ENDPOINT) says where to. Without
/// it nothing is collected. Slices name their meters and sources <c>BehaviorDashboard.*</c>.
/// </summary>
internal static class Telemetry
{
    private const string Ours = "BehaviorDashboard*";

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var ours = configuration["Telemetry:OtlpEndpoint"];
        if (string.IsNullOrWhiteSpace(ours) && string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) return;
        void Send(OtlpExporterOptions options)
        {
            if (!string.IsNullOrWhiteSpace(ours)) options.Endpoint = new Uri(ours);
        }
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("behavior-dashboard", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString()))
            .WithMetrics(metrics => metrics.AddMeter(Ours).AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddOtlpExporter(Send))
            .WithTracing(traces => traces.AddSource(Ours).AddAspNetCoreInstrumentation(options => options.EnrichWithHttpResponse = NameByRoute).AddOtlpExporter(Send));
    }

    /// <summary>Addresses of people's pages hold their keys: a trace names the route, never the address.</summary>
    private static void NameByRoute(Activity trace, HttpResponse response) =>
        trace.SetTag("url.path", (response.HttpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "");
}
