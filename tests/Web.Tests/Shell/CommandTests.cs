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

    [Theory]
    [InlineData("Shop:Currency must be a three-letter ISO 4217 code such as USD.", "--Shop:Currency=dollars")]
    [InlineData("Failed to convert configuration value 'soon' at 'Nodes:DrainSeconds' to type 'System.Int32'.", "--Nodes:DrainSeconds=soon")]
    [InlineData("Nodes:DrainSeconds: The field DrainSeconds must be between 0 and 300.\nShop:Currency must be a three-letter ISO 4217 code such as USD.", "--Shop:Currency=dollars", "--Nodes:DrainSeconds=-1")]
    public async Task A_setting_that_cannot_be_is_refused_with_its_name_and_nothing_else(string said, params string[] settings) => Assert.Equal((2, "", said), await ServeAsync(settings));

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    [InlineData("too short", "holds a password of fewer than 12 signs")]
    [InlineData("aaaaaaaaaaaaaaaa", "holds a password of fewer than 5 different signs")]
    public async Task A_password_file_that_makes_no_Admin_ends_the_start_with_one_line(string? text, string why)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-password-");
        var file = Path.Combine(folder.FullName, "password");
        if (text is not null) await File.WriteAllTextAsync(file, text);
        await RefusesAsync(file, why);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_password_file_that_cannot_be_read_ends_the_start_with_one_line()
    {
        // A folder, because root may read every file.
        var folder = Directory.CreateTempSubdirectory("behavior-password-");
        await RefusesAsync(folder.FullName, $"cannot be read by {Environment.UserName}");
        folder.Delete();
    }

    [Fact]
    public async Task Once_there_is_an_account_the_password_file_may_go()
    {
        var (folder, file) = (Directory.CreateTempSubdirectory("behavior-command-").FullName, Path.GetTempFileName());
        await File.WriteAllTextAsync(file, "correct horse battery\n");
        string[] settings = ["--ADMIN_EMAIL=ada@shop.example", "--ADMIN_PASSWORD_FILE=" + file];
        await using (await ProductProcess.StartAsync(folder, settings)) File.Delete(file);
        await using (var again = await ProductProcess.StartAsync(folder, settings)) Assert.DoesNotContain("/setup?code=", again.Output, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task RefusesAsync(string file, string why) => Assert.Equal(
        (2, "", $"BD_ADMIN_PASSWORD_FILE: {file} {why}. Put the first Admin's password there, readable by the user that runs this, or leave BD_ADMIN_PASSWORD_FILE out and use the link that is printed."),
        await ServeAsync("--ADMIN_EMAIL=ada@shop.example", "--ADMIN_PASSWORD_FILE=" + file));

    /// <summary>Starts the web server, which ends by itself.</summary>
    private static async Task<(int Code, string Output, string Errors)> ServeAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-command-").FullName;
        var (code, output, errors) = await ProductProcess.RunAsync(folder, [.. settings, "--urls", "http://127.0.0.1:0"]);
        Directory.Delete(folder, recursive: true);
        return (code, output, errors.Trim());
    }
}
