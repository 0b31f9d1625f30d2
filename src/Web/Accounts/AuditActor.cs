using System.Net;
using System.Security.Claims;

namespace BehaviorDashboard.Accounts;

/// <summary>Who is acting: a person, an API key, the command line, or the product itself.</summary>
public sealed record AuditActor(string Kind, string Id, string Name, string? Ip)
{
    public const string Person = "person";
    public const string Key = "key";
    public const string Command = "command";
    public const string System = "system";
    public const string Nobody = "nobody";

    /// <summary>Claim that carries the id of the API key a request came with.</summary>
    public const string KeyClaim = "key_id";

    private static readonly AsyncLocal<AuditActor?> Ambient = new();

    /// <summary>Set for the work of an open page and of a command; a request tells by itself.</summary>
    internal static AuditActor? Current => Ambient.Value;

    /// <summary>Everything awaited inside the returned scope is done by this actor.</summary>
    public static IDisposable Begin(AuditActor actor)
    {
        var before = Ambient.Value;
        Ambient.Value = actor;
        return new Scope(before);
    }

    /// <summary>The person at this machine's command line.</summary>
    public static AuditActor CommandLine => new(Command, Environment.UserName, Environment.UserName, null);

    public static AuditActor Of(ClaimsPrincipal user, IPAddress? address)
    {
        var ip = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : address?.ToString();
        var person = user.Identities.FirstOrDefault(i => i.IsAuthenticated && i.FindFirst(KeyClaim) is null);
        if (person is not null) return new(Person, person.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? "", person.Name ?? "", ip);
        var key = user.Identities.FirstOrDefault(i => i.FindFirst(KeyClaim) is not null);
        return key is null ? new(Nobody, "", "", ip) : new(Key, key.FindFirst(KeyClaim)!.Value, key.Name ?? "", ip);
    }

    private sealed class Scope(AuditActor? before) : IDisposable
    {
        public void Dispose() => Ambient.Value = before;
    }
}
