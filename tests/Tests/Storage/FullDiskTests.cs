using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>An embedded store on a disk that fills: it stops writing before the engine finds no room in the middle of a commit, and goes on by itself.</summary>
public class FullDiskTests
{
    [Fact]
    public async Task An_embedded_store_writes_nothing_into_the_last_room_of_its_disk_and_goes_on_when_there_is_more()
    {
        await using var disk = await SmallFileSystem.MountAsync(64);
        Assert.SkipWhen(disk is null, SmallFileSystem.Missing);
        var folder = disk.Folder;
        await using (var store = await TestStore.OpenAsync(Engine.DuckDb, keepIn: folder))
        {
            await store.Database.ExecuteAsync("create table kept (id integer primary key, what text)");
            await store.Database.ExecuteAsync("insert into kept values (1, 'before')");
            // Ten megabytes: the engine itself would go on for a while.
            await disk.FillAsync(free: 10 * 1_048_576);
            var problem = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Database.ExecuteAsync("update kept set what = 'full'"));
            Assert.True(problem.DiskFull, problem.Message);
            Assert.Equal("before", await store.Database.ScalarAsync<string>("select what from kept"));
        }
        // Nor does it take room to open a store whose shape is right.
        await using (var again = await TestStore.OpenAsync(Engine.DuckDb, keepIn: folder))
        {
            Assert.Equal("before", await again.Database.ScalarAsync<string>("select what from kept"));
            disk.Free();
            Assert.Equal(1, await again.Database.ExecuteAsync("update kept set what = 'after'"));
        }
    }
}
