using System.Buffers;
using System.Text.Json;
using BehaviorDashboard.DemoShop;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Tests.DemoShop;

/// <summary>A lived stretch of the demo shop.</summary>
public sealed class DemoYear
{
    public const int Days = 365;
    public static readonly DateOnly First = new(2025, 3, 3);
    public static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    private static readonly Lazy<DemoYear> Lived = new(() => new DemoYear(7, 1, DemoIncidents.None));

    public DemoYear(int seed, double scale, DemoIncidents incidents, int days = Days)
    {
        World = new DemoWorld(seed, First, scale, incidents);
        Simulation = new DemoSimulation(World, Clock);
        for (var d = 0; d < days; d++) ByDay.Add(Simulation.NextDay());
        Events = [.. ByDay.SelectMany(d => d)];
        Truth = new DemoTruth(Simulation);
    }

    /// <summary>A year without planted incidents, shared by the tests that only look at it.</summary>
    public static DemoYear Plain => Lived.Value;

    public DemoWorld World { get; }

    public DemoSimulation Simulation { get; }

    public DemoTruth Truth { get; }

    public List<IReadOnlyList<DemoEvent>> ByDay { get; } = [];

    public IReadOnlyList<DemoEvent> Events { get; }

    public IEnumerable<OrderCompleted> Orders(int from, int days) => ByDay.Skip(from).Take(days).SelectMany(d => d).OfType<OrderCompleted>();

    public static HashSet<string> Buyers(IEnumerable<OrderCompleted> orders) => [.. orders.Select(o => o.Who.UserId!)];

    public byte[] Bytes(IEnumerable<DemoEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new SegmentJson(World, "USD", buffer);
        json.Open();
        foreach (var e in events) json.Event(e);
        json.Close();
        return buffer.WrittenSpan.ToArray();
    }

    public IEnumerable<JsonElement> Sent(IEnumerable<DemoEvent> events)
    {
        foreach (var part in events.Chunk(5000))
        {
            using var document = JsonDocument.Parse(Bytes(part));
            foreach (var e in document.RootElement.GetProperty("batch").EnumerateArray()) yield return e.Clone();
        }
    }
}
