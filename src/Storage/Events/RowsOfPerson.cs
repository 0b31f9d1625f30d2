using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Events;

/// <summary>Rows of one table that belong to a person by their <c>user_id</c> and go with them.</summary>
internal sealed class RowsOfPerson(Database database, string kind, string table) : IPersonalData, IPersonalExport
{
    private readonly string _count = $"select count(*) from {table} where user_id = any(@Keys)";
    private readonly string _rows = $"select * from {table} where user_id = any(@Keys)";
    private readonly string _delete = $"delete from {table} where user_id = any(@Keys)";

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [new(kind, await database.ScalarAsync<long>(_count, new { Keys = SqlList.Of(person.Keys) }, cancel))];

    public async Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [await database.ReadAsync(session => PersonalRows.ReadAsync(session, kind, _rows, person.Keys), cancel)];

    public Task EraseAsync(ErasedPerson person) => database.ExecuteAsync(_delete, new { Keys = SqlList.Of(person.Keys) });
}

/// <summary>Reads rows of a person as they lie in the store.</summary>
public static class PersonalRows
{
    /// <param name="sql">A select whose <c>@Keys</c> are the person's.</param>
    public static async Task<PersonalTable> ReadAsync(Session session, string kind, string sql, IEnumerable<string> keys)
    {
        List<string> columns = [];
        List<IReadOnlyList<object?>> rows = [];
        await session.ReadRowsAsync(sql, new { Keys = SqlList.Of(keys) }, row =>
        {
            if (columns.Count == 0) columns.AddRange(Enumerable.Range(0, row.FieldCount).Select(row.GetName));
            rows.Add([.. Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? null : Plain(row.GetValue(i)))]);
        });
        return new PersonalTable(kind, columns, rows);
    }

    private static object Plain(object value) => value is DateTime time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : value;
}

public static class PersonalRowsRegistration
{
    /// <summary>Says that a table of the slice holds personal rows; call from its module.</summary>
    /// <param name="kind">As in <see cref="PersonalRecords"/>.</param>
    /// <param name="table">Has a column <c>user_id</c> with a person's key.</param>
    public static IServiceCollection AddPersonalRows(this IServiceCollection services, string kind, string table) =>
        services.AddSingleton<IPersonalData>(provider => new RowsOfPerson(provider.GetRequiredService<Database>(), kind, table));
}
