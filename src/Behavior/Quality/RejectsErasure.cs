using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Quality;

/// <summary>Refused events that name a person.</summary>
internal sealed class RejectsErasure(RejectsStore store) : IPersonalData, IPersonalExport
{
    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) => [new("rejects", (await FindAsync(person, cancel)).Count)];

    public async Task EraseAsync(ErasedPerson person) => await store.RemoveAsync(await FindAsync(person, default));

    public async Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var ids = (await FindAsync(person, cancel)).ToHashSet();
        var named = (await store.MentioningAsync(Words(person), cancel)).Where(m => ids.Contains(m.Id));
        return [new PersonalTable("rejects", ["id", "text"], [.. named.Select(m => (IReadOnlyList<object?>)[m.Id, m.Text])])];
    }

    private static string[] Words(ErasedPerson person) => [.. person.SentIds, .. person.Email is { } email ? [email] : Array.Empty<string>()];

    private async Task<List<string>> FindAsync(ErasedPerson person, CancellationToken cancel)
    {
        var suspects = await store.MentioningAsync(Words(person), cancel);
        return [.. suspects.Where(s => person.IsNamedIn(s.Text)).Select(s => s.Id)];
    }
}
