using System.Collections.Concurrent;
using System.Text.Json;
using BehaviorDashboard.Nodes;

namespace BehaviorDashboard.Segments;

/// <summary>One node keeps the members of segments: it tells the others when it has, and they ask it where somebody waits for it.</summary>
internal sealed class PassNews
{
    private const string Wanted = "segments.wanted", Passed = "segments.passed";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NodeNews _news;
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();

    private sealed record Pass(DateTimeOffset AsOf, Dictionary<int, int> Versions, List<string> Answers);

    /// <param name="heard">A pass ended on another node: when it was exact, and the version of each segment it computed.</param>
    /// <param name="asked">Another node wants one.</param>
    public PassNews(NodeNews news, Action<DateTimeOffset, IReadOnlyDictionary<int, int>> heard, Func<Task> asked)
    {
        _news = news;
        news.Listen(Wanted, id =>
        {
            _asked.Enqueue(id);
            _ = asked();
        });
        news.Listen(Passed, text =>
        {
            var pass = JsonSerializer.Deserialize<Pass>(text)!;
            heard(pass.AsOf, pass.Versions);
            foreach (var id in pass.Answers)
                if (_waiting.TryGetValue(id, out var waiting)) waiting.TrySetResult();
        });
    }

    /// <summary>Those who wait for the pass that begins now.</summary>
    public List<string> Asked()
    {
        var asked = new List<string>();
        while (_asked.TryDequeue(out var id)) asked.Add(id);
        return asked;
    }

    public void Tell(DateTimeOffset asOf, IReadOnlyDictionary<int, (int Version, DateTimeOffset AsOf)> fresh, List<string> answers) =>
        _news.Tell(Passed, JsonSerializer.Serialize(new Pass(asOf, fresh.Where(f => f.Value.AsOf == asOf).ToDictionary(f => f.Key, f => f.Value.Version), answers)));

    /// <summary>Returns when the node that keeps the members has, or after a while in any case: until then ages tell.</summary>
    public async Task AskAsync(CancellationToken cancel)
    {
        var id = Guid.NewGuid().ToString("N");
        var answer = _waiting[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _news.Tell(Wanted, id);
            await answer.Task.WaitAsync(Patience, cancel);
        }
        catch (TimeoutException)
        {
            // The segment says itself that its members are behind.
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }
}
