using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Events;

/// <summary>Rows of one table that belong to a person by their <c>user_id</c> and go with them.</summary>
internal sealed class RowsOfPerson(Database database, string kind, string table) : IPersonalData
{
    private readonly string _count = $"select count(*) from {table} where user_id = any(@Keys)";
    private readonly string _delete = $"delete from {table} where user_id = any(@Keys)";

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [new(kind, await database.ScalarAsync<long>(_count, new { Keys = SqlList.Of(person.Keys) }, cancel))];

    public Task EraseAsync(ErasedPerson person) => database.ExecuteAsync(_delete, new { Keys = SqlList.Of(person.Keys) });
}

public static class PersonalRowsRegistration
{
    /// <summary>Says that a table of the slice holds personal rows; call from its module.</summary>
    /// <param name="kind">As in <see cref="PersonalRecords"/>.</param>
    /// <param name="table">Has a column <c>user_id</c> with a person's key.</param>
    public static IServiceCollection AddPersonalRows(this IServiceCollection services, string kind, string table) =>
        services.AddSingleton<IPersonalData>(provider => new RowsOfPerson(provider.GetRequiredService<Database>(), kind, table));
}
