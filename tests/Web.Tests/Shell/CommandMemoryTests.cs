using System.Globalization;
using System.Runtime.CompilerServices;
using BehaviorDashboard.Events;
using BehaviorDashboard.Shell;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

/// <summary>A process that only carries a command out starts no background service: nobody reads what is committed, so nothing may wait for a reader.</summary>
public sealed class CommandMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("command-memory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Stored_events_do_not_stay_in_the_memory_of_a_command()
    {
        await using var product = ProductHost.Build(HostLine.Parse(["import", "--data", _folder]));
        var storage = product.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        Assert.Equal((32, "512MB"), (storage.CheckpointMegabytes, storage.MemoryLimit));
        await product.Services.GetRequiredService<Migrator>().MigrateAsync();
        var writer = product.Services.GetRequiredService<EventWriter>();
        var stored = await StoreAsync(writer, "first");
        // What came last may still stand on the writer's loop.
        await StoreAsync(writer, "last");
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(0, stored.Count(e => e.IsAlive));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> StoreAsync(EventWriter writer, string batch)
    {
        var events = Enumerable.Range(0, 100).Select(i => Make.Event(string.Create(CultureInfo.InvariantCulture, $"{batch}-{i}"), EventNames.ProductViewed, user: $"u{i % 7}", product: $"p{i % 5}")).ToList();
        await writer.AppendAsync(events);
        return [.. events.Select(e => new WeakReference(e))];
    }
}
