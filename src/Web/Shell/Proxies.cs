using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Shell;

/// <summary>
/// Whose word about the visitor's address, scheme and host is taken. Off without <c>Web:BehindProxy</c>; then the
/// addresses and networks of <c>Web:KnownProxies</c>, or this machine when none is named.
/// </summary>
internal static class Proxies
{
    public const string SwitchKey = "Web:BehindProxy";
    public const string KnownKey = "Web:KnownProxies";

    public static void AddProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var known = configuration.GetSection(KnownKey).Get<string[]>() ?? [];
        services.AddOptions<ForwardedHeadersOptions>().Configure(options => Trust(options, known)).ValidateOnStart();
        services.AddHsts(options => options.MaxAge = TimeSpan.FromDays(365));
    }

    /// <exception cref="OptionsValidationException">Every entry that is neither an address nor a network.</exception>
    private static void Trust(ForwardedHeadersOptions options, string[] known)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        options.ForwardLimit = null;
        if (known.Length == 0) return;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        var wrong = new List<string>();
        foreach (var entry in known)
        {
            if (IPAddress.TryParse(entry, out var address)) options.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(entry, out var network)) options.KnownIPNetworks.Add(network);
            else wrong.Add($"{KnownKey}: '{entry}' is neither an address such as 10.0.0.5 nor a network such as 10.0.0.0/8.");
        }
        if (wrong.Count > 0) throw new OptionsValidationException(KnownKey, typeof(ForwardedHeadersOptions), wrong);
    }
}
