using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace BehaviorDashboard.Nodes;

/// <summary>A channel of Redis on which every node of one store hears every other, and itself. What is said while it is cut is lost.</summary>
internal sealed class RedisBus : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _redis;
    private readonly RedisChannel _channel;

    private RedisBus(ConnectionMultiplexer redis, string channel) => (_redis, _channel) = (redis, RedisChannel.Literal(channel));

    /// <summary>Returns at once, connected or not; from then on it connects again by itself.</summary>
    public static async Task<RedisBus> OpenAsync(string address, string channel, ILogger logger)
    {
        var options = ConfigurationOptions.Parse(address);
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        options.ConnectTimeout = 2_000;
        options.KeepAlive = 5;
        var redis = await ConnectionMultiplexer.ConnectAsync(options);
        redis.ConnectionFailed += (_, e) => logger.LogWarning("The connection to Redis is cut ({Failure}); the other nodes are followed from the store meanwhile.", e.FailureType);
        redis.ConnectionRestored += (_, _) => logger.LogInformation("The connection to Redis is there again.");
        return new RedisBus(redis, channel);
    }

    /// <summary>Every message in its order, one at a time, until cancelled.</summary>
    public async Task ListenAsync(Action<byte[]> heard, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var queue = await _redis.GetSubscriber().SubscribeAsync(_channel);
                while (true) heard((byte[])(await queue.ReadAsync(cancel)).Message!);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem) when (problem is RedisException or TimeoutException or System.Threading.Channels.ChannelClosedException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>False when it could not be said.</returns>
    public async Task<bool> SayAsync(byte[] message)
    {
        try
        {
            await _redis.GetSubscriber().PublishAsync(_channel, message);
            return true;
        }
        catch (Exception problem) when (problem is RedisException or TimeoutException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => _redis.DisposeAsync();
}
