namespace BehaviorDashboard.Contracts;

/// <summary>
/// Upward seam: a slice that knows who should get no promotion now, such as people whose complaint is open. Campaigns resolve
/// <c>IEnumerable&lt;IMailExclusion&gt;</c>, ask each when an audience is frozen and before every wave, and leave these people out
/// unless somebody decided otherwise for that campaign.
/// </summary>
public interface IMailExclusion
{
    /// <summary>Such as <c>open_complaints</c>.</summary>
    string Key { get; }

    /// <summary>In the reader's language.</summary>
    Func<string> Title { get; }

    /// <summary>Keys of the people to leave out now, as <c>events.user_id</c> has them.</summary>
    Task<IReadOnlySet<string>> KeysAsync(CancellationToken cancel = default);
}
