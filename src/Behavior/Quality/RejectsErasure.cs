using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Quality;

/// <summary>Refused events that name a person.</summary>
internal sealed class RejectsErasure(RejectsStore store) : IPersonalData
{
    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) => [new("rejects", (await FindAsync(person, cancel)).Count)];

    public async Task EraseAsync(ErasedPerson person) => await store.RemoveAsync(await FindAsync(person, default));

    private async Task<List<string>> FindAsync(ErasedPerson person, CancellationToken cancel)
    {
        string[] words = [.. person.SentIds, .. person.Email is { } email ? [email] : Array.Empty<string>()];
        var suspects = await store.MentioningAsync(words, cancel);
        return [.. suspects.Where(s => person.IsNamedIn(s.Text)).Select(s => s.Id)];
    }
}
