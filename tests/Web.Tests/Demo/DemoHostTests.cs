using BehaviorDashboard.Demo;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace BehaviorDashboard.WebTests.Demo;

public sealed class DemoHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("demo-host-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("http://0.0.0.0:5000"), InlineData("http://*:5000"), InlineData("http://[::]:5000"), InlineData("http://192.168.1.7:5000"), InlineData("http://localhost:5000;http://shop.example.com")]
    public void It_refuses_to_be_reached_from_outside(string urls)
    {
        var refused = Assert.Throws<StoreUnavailableException>(() => DemoHost.Guard(Settings([], ["--urls", urls])));
        Assert.Contains("--urls", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory, InlineData("http://localhost:5000"), InlineData("http://127.0.0.1:0"), InlineData("https://[::1]:5001")]
    public void It_listens_on_this_machine(string urls) => DemoHost.Guard(Settings([], ["--urls", urls]));

    [Fact]
    public void Endpoints_of_a_settings_file_are_looked_at_too() =>
        Assert.Throws<StoreUnavailableException>(() => DemoHost.Guard(Settings(new() { ["Kestrel:Endpoints:Http:Url"] = "http://*:80" }, [])));

    [Fact]
    public void It_refuses_the_folder_of_a_real_shop_and_leaves_it_alone()
    {
        File.WriteAllText(Path.Combine(_folder, "behavior.duckdb"), "");
        Assert.Throws<StoreUnavailableException>(() => DemoHost.Guard(Settings([], [])));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void It_knows_its_own_folder_again()
    {
        DemoHost.Guard(Settings([], []));
        File.WriteAllText(Path.Combine(_folder, "behavior.duckdb"), "");
        DemoHost.Guard(Settings([], []));
    }

    [Fact]
    public void The_store_of_a_real_shop_in_a_settings_file_is_not_used()
    {
        var real = new Dictionary<string, string?> { ["Storage:Postgres"] = "Host=shop", ["Storage:Folder"] = "/var/shop", ["Shop:Name"] = "Real shop" };
        var settings = DemoHost.Settings(new ConfigurationBuilder().AddInMemoryCollection(real).Build(), null, []).ToDictionary();
        Assert.Equal("", settings["Storage:Postgres"]);
        Assert.Equal("data/demo", settings["Storage:Folder"]);
        Assert.NotEqual("Real shop", settings["Shop:Name"]);
    }

    [Fact]
    public void A_store_asked_for_on_the_command_line_is_used() =>
        Assert.Equal("Host=demo", Settings([], ["--Storage:Postgres=Host=demo"])["Storage:Postgres"]);

    private IConfiguration Settings(Dictionary<string, string?> file, string[] line)
    {
        var sources = new ConfigurationBuilder().AddInMemoryCollection(file).AddCommandLine(line).Build();
        return new ConfigurationBuilder().AddConfiguration(sources).AddInMemoryCollection(DemoHost.Settings(sources, _folder, line)).Build();
    }
}
