using System.Net;
using System.Net.Http.Headers;
using System.Text;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>A server that starts while the disk of its store is full already.</summary>
public class FullDiskTests
{
    [Fact]
    public async Task It_starts_on_a_full_disk_says_so_and_goes_on_when_there_is_room()
    {
        await using var disk = await SmallFileSystem.MountAsync(120);
        Assert.SkipWhen(disk is null, SmallFileSystem.Missing);
        var folder = disk.Folder;
        var key = await Keys.CreateAsync(folder, "write");
        await using (var before = await ProductProcess.StartAsync(folder)) Assert.Equal(HttpStatusCode.OK, await SendAsync(before, key, "before"));
        await disk.FillAsync();
        // What the engine gives back while it opens its file may be room enough for this one: so it surely cannot be written.
        File.Delete(Path.Combine(folder, "server.json"));
        var noFile = Directory.CreateDirectory(Path.Combine(folder, "server.json"));
        await using var product = await ProductProcess.StartAsync(folder);
        using var http = new HttpClient { BaseAddress = product.Address };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendAsync(product, key, "full"));
        Assert.Contains("the disk of the store is full", await http.GetStringAsync("/readyz"), StringComparison.Ordinal);
        Assert.True(await product.WritesAsync(line => line.Contains("Commands on this machine do not find this server", StringComparison.Ordinal)).WaitAsync(TimeSpan.FromSeconds(60)), product.Output);
        noFile.Delete();
        disk.Free();
        for (var tries = 0; await SendAsync(product, key, "after") != HttpStatusCode.OK; tries++)
        {
            Assert.True(tries < 60, product.Output);
            await Task.Delay(500);
        }
        for (var tries = 0; !File.Exists(Path.Combine(folder, "server.json")) && tries < 600; tries++) await Task.Delay(100);
        Assert.Equal(2, (await Keys.KpisAsync(folder)).GetProperty("events").GetInt64());
    }

    private static async Task<HttpStatusCode> SendAsync(ProductProcess product, string key, string id)
    {
        using var http = new HttpClient { BaseAddress = product.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.PostAsync(new Uri("/v1/track", UriKind.Relative), new StringContent($$"""{"event":"Product Viewed","userId":"u1","messageId":"{{id}}"}""", Encoding.UTF8, "application/json"));
        return answer.StatusCode;
    }
}
