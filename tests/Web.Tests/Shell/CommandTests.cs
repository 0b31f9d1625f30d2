using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

public class CommandTests
{
    [Fact]
    public async Task A_command_that_does_not_exist_says_so_on_the_error_stream()
    {
        var (code, output, errors) = await ProductProcess.RunAsync(null, "nonsense");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Equal("There is no command 'nonsense'; --help lists them.", errors.Trim());
    }

    [Theory, InlineData("--to", "nonsense"), InlineData("--to", "0001-01-05"), InlineData("--from", "9999-12-31")]
    public async Task A_day_that_is_none_is_named(string option, string day)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-command-").FullName;
        var (code, output, errors) = await ProductProcess.RunAsync(folder, "kpis", option, day, "--json");
        Directory.Delete(folder, recursive: true);
        Assert.Equal((2, "", $"'{day}' is not a day; write YYYY-MM-DD."), (code, output, errors.Trim()));
    }

    [Fact]
    public async Task Help_needs_no_store_and_names_the_options()
    {
        var (code, output, _) = await ProductProcess.RunAsync(null, "--help");
        Assert.Equal(0, code);
        Assert.Contains("--data <folder>", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_cannot_be_is_refused_with_its_name()
    {
        var folder = Directory.CreateTempSubdirectory("behavior-command-").FullName;
        var (code, _, errors) = await ProductProcess.RunAsync(folder, "--Shop:Currency=dollars", "--urls", "http://127.0.0.1:0");
        Directory.Delete(folder, recursive: true);
        Assert.Equal(1, code);
        Assert.Contains("Shop:Currency", errors, StringComparison.Ordinal);
    }
}
