using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Nodes;

/// <summary>The files of <c>docs/deploy</c> fit each other, the product's settings and the programs that read them.</summary>
public partial class DeployTests
{
    private static readonly JsonElement Settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "appsettings.sample.json")), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }).RootElement;

    [Fact]
    public void Both_configurations_of_nginx_say_the_same_but_for_the_addresses_of_the_nodes()
    {
        Assert.Equal(Lines("nginx.conf"), Lines("nginx.compose.conf"));
        // What would break without any of them: pages that find their node again, web sockets, who asked and from where, the next node when one is gone.
        Assert.Superset(new HashSet<string>
        {
            "hash $behavior_visitor consistent;", "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $behavior_connection;", "proxy_set_header Host $http_host;",
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", "proxy_set_header X-Forwarded-Proto $scheme;", "proxy_set_header X-Forwarded-Host $http_host;", "proxy_next_upstream error timeout http_503;", "proxy_read_timeout 1h;",
        }, Lines("nginx.conf").ToHashSet());
        var most = int.Parse(BodySize().Match(Deploy("nginx.conf")).Groups[1].Value, CultureInfo.InvariantCulture) * 1_048_576;
        Assert.True(most >= new IngestOptions().RequestBytes, "nginx refuses requests that the product takes.");
    }

    [Fact]
    public void Compose_and_its_nginx_mean_the_same_addresses()
    {
        var (compose, nginx) = (Deploy("compose.yaml"), Deploy("nginx.compose.conf"));
        var nodes = Address().Matches(compose).Select(m => m.Groups[1].Value).ToList();
        var proxy = Regex.Match(compose, @"Web__KnownProxies__0: (\S+)").Groups[1].Value;
        Assert.Contains(proxy, nodes);
        Assert.Equal(nodes.Where(n => n != proxy).Order(), NodeLine().Matches(nginx).Select(m => m.Groups[1].Value.Split(':')[0]).Distinct().Order());
    }

    [Theory, InlineData("compose.yaml"), InlineData("behavior-dashboard@.service"), InlineData("README.md"), InlineData("Dockerfile")]
    public void Every_setting_that_is_named_exists(string file)
    {
        var names = SettingName().Matches(Deploy(file)).Select(m => m.Value).Distinct().ToList();
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, n => !Exists(n));
    }

    [Fact]
    public void A_setting_that_does_not_exist_is_caught() => Assert.Equal((true, true, false, false), (Exists("Nodes__Redis"), Exists("Web__KnownProxies__0"), Exists("Nodes__Rediss"), Exists("Node__Redis")));

    [Theory, InlineData("nginx.conf"), InlineData("nginx.compose.conf")]
    public async Task Nginx_takes_its_configuration(string file)
    {
        var program = Program("nginx");
        Assert.SkipWhen(program is null, "nginx is not installed.");
        var folder = Directory.CreateTempSubdirectory("behavior-nginx-").FullName;
        // It tries to listen, too; the port may be somebody's.
        await File.WriteAllTextAsync(Path.Combine(folder, file), Deploy(file).Replace("listen 8080;", $"listen unix:{folder}/socket;", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(folder, "main.conf"), $"pid {folder}/pid; error_log stderr; events {{ }} http {{ access_log off; include {folder}/{file}; }}");
        var (code, said) = await RunAsync(program!, "-t", "-q", "-e", "stderr", "-p", folder, "-c", Path.Combine(folder, "main.conf"));
        Directory.Delete(folder, recursive: true);
        Assert.Equal((0, ""), (code, said));
    }

    [Fact]
    public async Task Systemd_understands_every_line_of_the_unit()
    {
        var program = Program("systemd-analyze");
        Assert.SkipWhen(program is null, "systemd is not installed.");
        var folder = Directory.CreateTempSubdirectory("behavior-unit-").FullName;
        // With a program that is on every machine.
        var unit = Path.Combine(folder, "behavior-dashboard@5101.service");
        await File.WriteAllTextAsync(unit, Deploy("behavior-dashboard@.service").Replace("/usr/bin/dotnet", "/bin/sh", StringComparison.Ordinal));
        var (code, said) = await RunAsync(program!, "verify", unit);
        Directory.Delete(folder, recursive: true);
        // Other units of this machine are not ours.
        Assert.DoesNotContain(said.Split('\n'), l => l.Contains("behavior-dashboard", StringComparison.Ordinal));
        Assert.Equal(0, code);
    }

    [Fact]
    public void The_unit_loads_the_credential_that_it_names_and_stays_down_when_a_setting_cannot_be()
    {
        var unit = Deploy("behavior-dashboard@.service");
        var named = Regex.Matches(unit, "%d/(\\S+)").Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(Regex.Matches(unit, "^LoadCredential=(\\S+)$", RegexOptions.Multiline).Select(m => m.Groups[1].Value), named);
        // A path would have to be there: systemd refuses to start a unit whose file is missing.
        Assert.Equal(["behavior-admin-password"], named);
        Assert.Contains("/etc/credstore/behavior-admin-password", Deploy("README.md"), StringComparison.Ordinal);
        Assert.Contains("\nRestartPreventExitStatus=2\n", unit, StringComparison.Ordinal);
    }

    private static string Deploy(string file) => File.ReadAllText(Path.Combine(Repository.Root, "docs", "deploy", file));

    private static List<string> Lines(string file) =>
        [.. Deploy(file).Split('\n').Select(l => NodeLine().Replace(l.Trim(), "server node")).Where(l => l.Length > 0 && !l.StartsWith('#'))];

    private static bool Exists(string name)
    {
        var at = Settings;
        foreach (var part in name.Split("__"))
        {
            if (at.ValueKind == JsonValueKind.Array && part.All(char.IsAsciiDigit)) continue;
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part, out at)) return false;
        }
        return true;
    }

    private static string? Program(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output + await errors).Trim());
    }

    [GeneratedRegex(@"\bserver (\d\S*:\d+)")]
    private static partial Regex NodeLine();

    [GeneratedRegex(@"client_max_body_size (\d+)m;")]
    private static partial Regex BodySize();

    [GeneratedRegex(@"ipv4_address: ([\d.]+)")]
    private static partial Regex Address();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+__\w+")]
    private static partial Regex SettingName();
}
