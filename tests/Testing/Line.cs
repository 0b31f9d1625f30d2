using System.Net;
using System.Net.Sockets;

namespace BehaviorDashboard.Testing;

/// <summary>One client's own line to a server on this machine, which can be cut: connections end and new ones are refused, while the server and its other clients go on.</summary>
public sealed class Line : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<TcpClient> _open = [];
    private TcpListener? _listener;
    private int _port;

    public Line(int server)
    {
        Server = server;
        Join();
    }

    /// <summary>It is cut in the middle of an answer, once a connection carried so many bytes of the server's.</summary>
    public long CutAfter { get; set; } = long.MaxValue;

    /// <summary>Port of the server that new connections come to.</summary>
    public int Server { get; set; }

    public int Port => _port;

    public string Address => $"127.0.0.1:{_port}";

    public void Join()
    {
        var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        lock (_gate) _listener = listener;
        _ = AcceptAsync(listener);
    }

    public void Cut()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            foreach (var one in _open)
            {
                one.LingerState = new LingerOption(true, 0);
                one.Dispose();
            }
            _open.Clear();
        }
    }

    public void Dispose() => Cut();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true) _ = CarryAsync(listener, await listener.AcceptTcpClientAsync());
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task CarryAsync(TcpListener listener, TcpClient client)
    {
        using var server = new TcpClient();
        using var _ = client;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, Server);
            (client.NoDelay, server.NoDelay) = (true, true);
            lock (_gate)
            {
                if (_listener != listener) return;
                _open.Add(client);
                _open.Add(server);
            }
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), AnswerAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception problem) when (problem is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone: the other is let go.
        }
        lock (_gate)
        {
            _open.Remove(client);
            _open.Remove(server);
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        var (buffer, carried) = (new byte[65_536], 0L);
        while (await from.ReadAsync(buffer) is var read and > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read));
            if ((carried += read) > CutAfter) Cut();
        }
    }
}
