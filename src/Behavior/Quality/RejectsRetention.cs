using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Quality;

/// <summary>Refused events are kept for some days.</summary>
internal sealed class RejectsRetention(Database database, IOptions<QualityOptions> options) : IRetention
{
    private const string Old = "from rejects where received_at < @Before";

    public string Kind => "rejects";

    public int Days => options.Value.KeptDays;

    public Task<long> DueAsync(DateTimeOffset before, CancellationToken cancel = default) => database.ScalarAsync<long>($"select count(*) {Old}", new { Before = before }, cancel);

    public async Task<long> RemoveAsync(DateTimeOffset before, CancellationToken cancel = default) => await database.ExecuteAsync($"delete {Old}", new { Before = before }, cancel);
}
