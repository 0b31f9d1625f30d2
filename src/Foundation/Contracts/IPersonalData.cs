using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Contracts;

/// <summary>
/// Upward seam: every slice that keeps something about a person says how much it is, and erases it. Erasing twice is
/// erasing once.
/// </summary>
public interface IPersonalData
{
    Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default);

    /// <summary>Erases what <see cref="CountAsync"/> counts. Not to be stopped half-way.</summary>
    Task EraseAsync(ErasedPerson person);
}

/// <summary>
/// Beside <see cref="IPersonalData"/>, on the same class: hands out what is kept, for somebody who asks what the shop knows of
/// them. Names the kinds that <see cref="IPersonalData.CountAsync"/> counts.
/// </summary>
public interface IPersonalExport
{
    Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default);
}

/// <summary>Everything of one kind that is kept about a person, as it lies in the store.</summary>
public sealed record PersonalTable(string Kind, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>Records of one kind about one person.</summary>
/// <param name="Kind">Such as <c>events</c>; a resource key of the page that shows it.</param>
/// <param name="Kept">True where the records stay for the totals, as nobody's.</param>
public sealed record PersonalRecords(string Kind, long Count, bool Kept = false);

/// <summary>A person to be erased: by all their keys, and by what else names them.</summary>
/// <param name="Keys">Every key, <paramref name="Key"/> included.</param>
public sealed record ErasedPerson(string Key, IReadOnlyList<string> Keys, string? Email)
{
    /// <summary>Whether orders and refunds stay, as nobody's, so that the shop's totals do not change.</summary>
    public bool KeepTotals { get; init; } = true;

    /// <summary>The ids as senders write them.</summary>
    public IEnumerable<string> SentIds => Keys.Select(k => PersonKey.IsAnonymous(k) ? k[PersonKey.AnonymousPrefix.Length..] : k);

    /// <summary>Whether a text as it was sent names this person: the e-mail address anywhere, an id where it is a whole string of JSON or a whole cell.</summary>
    public bool IsNamedIn(string text) =>
        (Email is not null && text.Contains(Email, StringComparison.OrdinalIgnoreCase)) || SentIds.Any(id => Stands(text, id));

    private const string Around = "\",;|\t\r\n";

    private static bool Stands(string text, string id)
    {
        for (var at = text.IndexOf(id, StringComparison.Ordinal); at >= 0; at = text.IndexOf(id, at + 1, StringComparison.Ordinal))
            if ((at == 0 || Around.Contains(text[at - 1])) && (at + id.Length == text.Length || Around.Contains(text[at + id.Length]))) return true;
        return false;
    }
}
