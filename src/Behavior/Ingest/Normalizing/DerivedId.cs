using System.IO.Hashing;
using System.Text;

namespace BehaviorDashboard.Ingest;

/// <summary>The id of an event that brings none.</summary>
internal static class DerivedId
{
    /// <summary>
    /// Of an event with a time of its own: the hash of what it says and who sends it, so that a retry is the same event.
    /// Without one, two equal events may both be true: a new id. <c>sentAt</c> differs from try to try and is left out.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> json, Arrival arrival, DateTimeOffset? ownTime, Range? sentAt)
    {
        if (ownTime is null) return Guid.CreateVersion7(arrival.ReceivedAt).ToString("N");
        var hash = new XxHash128();
        hash.Append(Encoding.UTF8.GetBytes($"{arrival.SourceId}\n{arrival.Shape}{arrival.ImpliedType}\n{arrival.UserId}\n{arrival.AnonymousId}\n"));
        if (sentAt is { } range)
        {
            hash.Append(json[..range.Start.Value]);
            hash.Append(json[range.End.Value..]);
        }
        else hash.Append(json);
        Span<byte> value = stackalloc byte[16];
        hash.GetCurrentHash(value);
        return "c-" + Convert.ToHexStringLower(value);
    }
}
