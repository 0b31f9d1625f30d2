namespace BehaviorDashboard.Segments;

/// <summary>The tables a rule is run over: the whole store, or copies that hold some people only.</summary>
/// <param name="Resolve">Whether <c>user_id</c> of the events may be nobody's, or an older key that <c>identities</c> resolves.</param>
/// <param name="Together">Whether events of one name are read once for all conditions on them: that pays where events are few and conditions many.</param>
internal sealed record RuleSources(string Profiles, string Events, bool Resolve, bool Together)
{
    public static readonly RuleSources Store = new("profiles", "events", Resolve: true, Together: false);

    /// <summary>Columns of events that a rule can look at, but whose they are.</summary>
    public const string EventColumns = """
        e.occurred_at, e.type, e.name, e.product_id, e.category, e.price, e.quantity, e.currency, e.revenue, e.order_id, e.campaign_id, e.recommendation_id, e.query, e.rating, e.url, e.properties
        """;

    /// <summary>What there is of one person, <c>@Person</c>, under all their <c>@Keys</c>.</summary>
    public static readonly RuleSources One = new("one_profile", "one_events", Resolve: false, Together: false)
    {
        First = $"""
            one_profile as (select * from profiles where user_id = @Person),
            one_events as (select cast(@Person as text) as user_id, {EventColumns} from events e where e.user_id = any(@Keys))
            """,
    };

    /// <summary>Temporary tables made by the membership keeper for people whose answer may have changed.</summary>
    public static readonly RuleSources Touched = new("touched_profiles", "touched_events", Resolve: false, Together: true);

    /// <summary>Common table expressions that make these tables; null where they are there.</summary>
    public string? First { get; init; }
}
