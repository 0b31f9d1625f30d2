using System.Net;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Predictions;

/// <summary>Predictions over HTTP and on their pages: what is missing is said, what is there comes with bands and reasons.</summary>
public sealed class PredictionsApiTests(WebHost host) : IClassFixture<WebHost>
{
    private static Uri At(string path) => new(path, UriKind.Relative);

    [Fact]
    public async Task Before_there_is_a_model_it_says_so_and_afterwards_it_tells_with_bands()
    {
        using var reader = await host.KeyClientAsync(Access.ScopeRead);
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync(At("/v1/predictions/nobody"))).StatusCode);
        await LiveAsync(60, 200);
        var none = await reader.GetAsync(At("/v1/predictions/p1"));
        Assert.Contains("No model is in use yet", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var marketer = await host.SignInAsync(Access.Marketer);
        Assert.Contains("60", await (await WebHost.PageAsync(marketer, "/predictions")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var training = host.Services.GetRequiredService<TrainingService>();
        foreach (var kind in new[] { PredictionKinds.Buy30, PredictionKinds.Value }) await training.QueueAsync(kind);
        var service = host.Services.GetRequiredService<PredictionService>();
        for (var i = 0; i < 600 && (await service.RunAsync())?.Versions.Count != 2; i++) await Task.Delay(100, TestContext.Current.CancellationToken);

        using var told = JsonDocument.Parse(await reader.GetStringAsync(At("/v1/predictions/p1")));
        var prediction = told.RootElement.GetProperty("prediction");
        Assert.InRange(prediction.GetProperty("buy_30_days").GetDouble(), prediction.GetProperty("buy_30_days_low").GetDouble(), prediction.GetProperty("buy_30_days_high").GetDouble());
        Assert.True(told.RootElement.GetProperty("drivers").GetProperty("buy30").GetArrayLength() > 0);
        using var page = JsonDocument.Parse(await reader.GetStringAsync(At("/v1/predictions?limit=7")));
        Assert.Equal(7, page.RootElement.GetProperty("predictions").GetArrayLength());
        var csv = (await reader.GetStringAsync(At("/v1/predictions?format=csv"))).Trim().Split('\n');
        Assert.Equal(61, csv.Length);
        Assert.StartsWith("user_id,as_of,buy_7_days", csv[0].TrimStart('\uFEFF').Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await reader.GetAsync(At("/v1/predictions?format=xml"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await reader.GetAsync(At("/v1/predictions?limit=100000"))).StatusCode);

        foreach (var path in new[] { "/predictions", "/predictions?kind=churn", "/models", "/models/buy30/1", "/models/value/1", "/models/value/9", "/customers/p1" })
            Assert.Equal(HttpStatusCode.OK, (await WebHost.PageAsync(marketer, path)).StatusCode);
        Assert.Contains("data-predictions", await (await WebHost.PageAsync(marketer, "/customers/p1")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task LiveAsync(int buyers, int days)
    {
        var (random, events, begin) = (new Random(1), new List<ShopEvent>(), DateTimeOffset.UtcNow.AddDays(-days));
        for (var i = 0; i < buyers; i++)
            for (var day = random.NextDouble() * 20; day < days; day += (i % 2 == 0 ? 10 : 50) * -Math.Log(1 - random.NextDouble()))
                events.Add(Make.Event($"{i}:{day}", "Order Completed", "p" + i, at: begin.AddDays(day), order: $"{i}:{day}", revenue: 20 + random.Next(20)));
        await host.Services.GetRequiredService<EventWriter>().AppendAsync(events);
    }
}
