using System.Globalization;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

/// <summary>Renders shared components for a shop in Shanghai that counts in dollars, at a fixed noon.</summary>
public abstract class LookContext : BunitContext, IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2026, 11, 24, 4, 0, 0, TimeSpan.Zero);

    protected LookContext()
    {
        Clock = new ShopClock(Time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        var shop = new ShopOptions { TimeZone = "Asia/Shanghai" };
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton(Clock);
        Services.AddSingleton(Options.Create(shop));
        Services.AddLook();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    protected FakeTimeProvider Time { get; } = new(Noon);

    protected ShopClock Clock { get; }

    protected ShopFormat Format => Services.GetRequiredService<ShopFormat>();

    /// <summary>Everything after this in the test reads in that language.</summary>
    protected static void Read(string culture) =>
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    // MudBlazor's services only dispose asynchronously.
    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
