using BehaviorDashboard.Live;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Live;

/// <summary>How those who show something hear that it changed.</summary>
public class SignalTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Who_asked_for_it_is_called_without_a_raise_too_after_a_failure_too_and_never_after_it_left()
    {
        var signal = new Signal(_time, NullLogger<Signal>.Instance);
        var (plain, ageing) = (0, 0);
        using var one = signal.Subscribe(TimeSpan.FromSeconds(1), () => Count(ref plain));
        var other = signal.Subscribe(TimeSpan.FromSeconds(1), () => Count(ref ageing) is var _ && ageing == 1 ? Task.FromException(new InvalidOperationException("gone")) : Task.CompletedTask, anyway: TimeSpan.FromSeconds(15));
        Pass(14);
        Assert.Equal((0, 0), (plain, ageing));
        Pass(2);
        Assert.Equal((0, 1), (plain, ageing));
        Pass(15);
        Assert.Equal((0, 2), (plain, ageing));
        signal.Raise();
        Pass(1);
        Assert.Equal((1, 3), (plain, ageing));
        other.Dispose();
        Pass(60);
        Assert.Equal((1, 3, 1), (plain, ageing, signal.SubscriberCount));
    }

    private static Task Count(ref int calls)
    {
        calls++;
        return Task.CompletedTask;
    }

    private void Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++) _time.Advance(TimeSpan.FromSeconds(1));
    }
}
