using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Api;

/// <summary><c>keys create name --scope write --json</c>, <c>keys list</c>, <c>keys revoke id</c>.</summary>
internal sealed class KeysCommand(ApiKeys keys) : ICommand
{
    private const int Failed = 1;
    private const int NotUnderstood = 2;

    private const string Usage = """
        keys create <name> --scope write|read|admin [--scope ...] [--json]   makes an API key and shows it once
        keys list [--json]                                                   all keys, without their secrets
        keys revoke <id>                                                     refuses a key from now on
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string Name => "keys";

    public string Summary => "create, list or revoke API keys";

    public bool TakesFiles => false;

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var scopes = new List<string>();
        if (TakeScopes(arguments, scopes) is not { } others || CommandLine.Parse(others, ["--json"], [], out _) is not { Rest: [var verb, ..] } line)
        {
            await errors.WriteLineAsync(Usage);
            return NotUnderstood;
        }
        return (verb, line.Rest.Count) switch
        {
            ("create", 2) => await CreateAsync(line.Rest[1], scopes, line.Has("--json"), output, errors, cancel),
            ("list", 1) => await ListAsync(line.Has("--json"), output, cancel),
            ("revoke", 2) => await RevokeAsync(line.Rest[1], output, errors, cancel),
            _ => await UsageAsync(errors),
        };
    }

    private async Task<int> CreateAsync(string name, List<string> scopes, bool json, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (scopes.Count == 0 || scopes.Any(s => !ApiKeys.Scopes.Contains(s)))
        {
            await errors.WriteLineAsync("--scope must be write, read or admin.");
            return NotUnderstood;
        }
        if (string.IsNullOrWhiteSpace(name) || name.Length > 120)
        {
            await errors.WriteLineAsync("A key's name has 1 to 120 characters.");
            return NotUnderstood;
        }
        var (key, presented) = await keys.CreateAsync(name, scopes.Distinct().ToList(), "command line", cancel);
        if (json) await output.WriteLineAsync(JsonSerializer.Serialize(new { key.Id, key.Name, Scopes = scopes.Distinct(), Key = presented }, Json));
        else await output.WriteLineAsync($"{presented}\nKeep it: it is not shown again. Id {key.Id}, scopes {string.Join(", ", scopes.Distinct())}.");
        return 0;
    }

    private async Task<int> ListAsync(bool json, TextWriter output, CancellationToken cancel)
    {
        var rows = await keys.ListAsync(cancel);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(rows.Select(r => new { r.Id, r.Name, Scopes = r.Scopes.Split(' '), r.CreatedAt, r.CreatedBy, r.RevokedAt, r.LastUsedAt }), Json));
            return 0;
        }
        foreach (var row in rows)
            await output.WriteLineAsync($"{row.Id}  {row.Scopes,-16}  {(row.RevokedAt is null ? "active " : "revoked")}  created {row.CreatedAt:yyyy-MM-dd}  {row.Name}");
        return 0;
    }

    private async Task<int> RevokeAsync(string id, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (!await keys.RevokeAsync(id, cancel))
        {
            await errors.WriteLineAsync($"There is no active key '{id}'; keys list shows them.");
            return Failed;
        }
        await output.WriteLineAsync($"Revoked {id}.");
        return 0;
    }

    private static async Task<int> UsageAsync(TextWriter errors)
    {
        await errors.WriteLineAsync(Usage);
        return NotUnderstood;
    }

    /// <summary>--scope may stand several times, or carry several with commas.</summary>
    private static List<string>? TakeScopes(IReadOnlyList<string> arguments, List<string> scopes)
    {
        var others = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].StartsWith("--scope=", StringComparison.Ordinal)) scopes.AddRange(arguments[i]["--scope=".Length..].Split(','));
            else if (arguments[i] != "--scope") others.Add(arguments[i]);
            else if (i + 1 < arguments.Count) scopes.AddRange(arguments[++i].Split(','));
            else return null;
        }
        return others;
    }
}
