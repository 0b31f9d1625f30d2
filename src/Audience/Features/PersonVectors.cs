using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Features;

/// <summary>Figures of many people: one array a feature, NaN where it is not known.</summary>
public sealed record PersonTable(IReadOnlyList<string> Keys, IReadOnlyList<string> People, IReadOnlyList<double[]> Columns)
{
    public double[] Of(string key) => Columns[Keys.ToList().IndexOf(key)];
}

/// <summary>Feature vectors from the running rows: no event is read.</summary>
public sealed class PersonVectors(Database database)
{
    /// <summary>Selects <c>person</c> and each feature as a number; <c>@AsOf</c> is the instant days count to.</summary>
    /// <param name="where">Over the row <c>p</c> of profiles.</param>
    public static string Sql(IReadOnlyList<string> keys, string where) =>
        $"select p.user_id as person, {string.Join(", ", keys.Select(k => $"{Find(k).Number("@AsOf")} as {k}"))} from profiles p where {where}";

    public Task<PersonTable> ReadAsync(IReadOnlyList<string> keys, string where, DateTimeOffset asOf, CancellationToken cancel = default) => database.ReadAsync(async session =>
    {
        var (people, columns) = (new List<string>(), keys.Select(_ => new List<double>()).ToArray());
        await session.ReadRowsAsync(Sql(keys, where) + " order by p.user_id", new { AsOf = asOf }, row =>
        {
            people.Add(row.GetString(0));
            for (var f = 0; f < columns.Length; f++) columns[f].Add(row.IsDBNull(f + 1) ? double.NaN : row.GetDouble(f + 1));
        });
        return new PersonTable(keys, people, [.. columns.Select(c => c.ToArray())]);
    }, cancel);

    private static PersonFeature Find(string key) => PersonFeatures.Find(key) ?? throw new ArgumentException($"There is no feature {key}.", nameof(key));
}
