using System.Net;
using System.Net.Sockets;

namespace BehaviorDashboard.Webhooks;

/// <summary>
/// Keeps webhooks from reaching into the shop's own network: an address is judged where the connection is made, so that
/// neither a redirect nor a name that resolves anew can lead inside.
/// </summary>
internal static class AddressGuard
{
    /// <summary>The ranges of IANA's special-purpose registries that are not the public internet.</summary>
    private static readonly IPNetwork[] Inside = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    }.Select(n => IPNetwork.Parse(n))];

    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Inside.Any(n => n.Contains(plain));
    }

    /// <summary>What is wrong with an address before anything is sent there; null: nothing.</summary>
    public static string? Problem(string url, WebhooksOptions options)
    {
        if (url.Length > 2_000 || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) return "NotAnAddress";
        if (IsAllowed(uri.IdnHost, options)) return null;
        if (uri.Scheme != "https") return "NotHttps";
        return IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address) && !IsPublic(address) ? "Inside" : null;
    }

    public static SocketsHttpHandler Handler(WebhooksOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 16,
        ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, options, cancel),
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, WebhooksOptions options, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(to.Host, cancel);
        var allowed = IsAllowed(to.Host, options) ? addresses : [.. addresses.Where(IsPublic)];
        if (allowed.Length == 0) throw new HttpRequestException($"{to.Host} is not on the public internet; name it in Webhooks:InsideHosts to allow it.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsAllowed(string host, WebhooksOptions options) => options.InsideHosts.Contains(host.Trim('[', ']'), StringComparer.OrdinalIgnoreCase);
}
