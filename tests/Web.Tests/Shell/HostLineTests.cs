using BehaviorDashboard.Shell;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

public class HostLineTests
{
    [Fact]
    public void A_command_keeps_its_own_words_and_the_host_takes_the_folder()
    {
        var line = HostLine.Parse(["import", "uci-online-retail", "a.csv", "--data", "/tmp/x", "--json"]);
        Assert.Equal("import", line.Command);
        Assert.Equal(["uci-online-retail", "a.csv", "--json"], line.Rest);
        Assert.Equal("/tmp/x", line.DataFolder);
    }

    [Fact]
    public void The_folder_may_stand_before_the_command()
    {
        var line = HostLine.Parse(["--data=/tmp/x", "kpis", "--from", "2011-01-01"]);
        Assert.Equal(("kpis", "/tmp/x"), (line.Command, line.DataFolder));
    }

    [Fact]
    public void Without_a_command_the_web_server_runs_with_what_is_left_as_settings()
    {
        var line = HostLine.Parse(["--demo", "--urls", "http://127.0.0.1:0"]);
        Assert.Null(line.Command);
        Assert.True(line.Demo);
        Assert.Equal(["--urls", "http://127.0.0.1:0"], line.Rest);
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--data=")]
    public void A_folder_that_is_not_named_is_told(string word) => Assert.NotNull(HostLine.Parse(["import", word]).Problem);
}
