using System.Text.Json;

namespace BehaviorDashboard.DemoShop;

/// <summary>Which world a data folder holds and how far it was sent, so that the next start goes on where this one stopped.</summary>
public sealed record DemoState(int Seed, DateOnly FirstDay, double Scale, bool Incidents, int IncidentDays, DateTimeOffset SentThrough)
{
    private const string File = "demo.json";

    /// <summary>The state in the folder, or a new world that has run for the wanted time by <paramref name="today"/>.</summary>
    public static DemoState Load(string folder, DemoOptions options, DateOnly today)
    {
        var path = Path.Combine(folder, File);
        if (System.IO.File.Exists(path) && JsonSerializer.Deserialize<DemoState>(System.IO.File.ReadAllText(path)) is { } known) return known;
        return new DemoState(options.Seed, today.AddDays(-options.BackfillDays), options.Scale, options.Incidents, options.BackfillDays, DateTimeOffset.MinValue);
    }

    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, File);
        System.IO.File.WriteAllText(path + ".new", JsonSerializer.Serialize(this));
        System.IO.File.Move(path + ".new", path, overwrite: true);
    }

    public DemoWorld World() => new(Seed, FirstDay, Scale, Incidents ? DemoIncidents.Typical(FirstDay, IncidentDays) : DemoIncidents.None);
}
