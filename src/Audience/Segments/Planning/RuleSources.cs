namespace BehaviorDashboard.Segments;

/// <summary>The tables a rule is run over: the whole store, or copies that hold some people only.</summary>
/// <param name="Resolve">Whether <c>user_id</c> of the events may be missing, or an older key that <c>identities</c> resolves.</param>
/// <param name="Together">Whether events of one name are read once for all conditions on them: that pays where events are few and conditions many.</param>
internal sealed record RuleSources(string Profiles, string Events, bool Resolve, bool Together)
{
    public static readonly RuleSources Store = new("profiles", "events", Resolve: true, Together: false);

    /// <summary>Temporary tables made by the membership keeper for people whose answer may have changed.</summary>
    public static readonly RuleSources Touched = new("touched_profiles", "touched_events", Resolve: false, Together: true);
}
