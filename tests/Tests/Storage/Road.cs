using System.Reflection;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>A PostgreSQL store with the tables and services of every room.</summary>
internal static class Road
{
    public static IModule[] Modules()
    {
        Assembly[] rooms = [typeof(LearningModule).Assembly, typeof(QualityModule).Assembly, typeof(ProfilesModule).Assembly, typeof(InventoryModule).Assembly, typeof(CampaignsModule).Assembly];
        return [.. rooms.SelectMany(a => a.GetExportedTypes()).Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IModule))).Select(t => (IModule)Activator.CreateInstance(t)!)];
    }

    public static Task<TestStore> OpenAsync(Action<IServiceCollection>? more = null)
    {
        var time = new FakeTimeProvider(Make.Noon);
        return TestStore.OpenAsync(Engine.Postgres, Modules(), time, s =>
        {
            s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc));
            more?.Invoke(s);
        }, new Dictionary<string, string?> { ["Demo:Enabled"] = "true" });
    }
}
