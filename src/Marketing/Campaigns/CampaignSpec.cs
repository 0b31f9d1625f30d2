using System.Text.Json;
using System.Text.Json.Serialization;
using BehaviorDashboard.Events;
using BehaviorDashboard.Profiles;

namespace BehaviorDashboard.Campaigns;

/// <summary>What a campaign is meant to do: everything a person sets.</summary>
public sealed record CampaignSpec
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The event that counts as success.</summary>
    public string Goal { get; init; } = EventNames.OrderCompleted;

    public CampaignAudience Audience { get; init; } = new();

    /// <summary>One of <see cref="Channels.All"/>.</summary>
    public string Channel { get; init; } = Channels.Email;

    /// <summary>Messages in order; the first is sent at once, the others after a wait.</summary>
    public IReadOnlyList<CampaignStep> Steps { get; init; } = [new()];

    public CampaignSchedule Schedule { get; init; } = new();

    /// <summary>Days after the first message on which an order counts.</summary>
    public int WindowDays { get; init; } = 7;

    /// <summary>Share held out; null: by a power calculation.</summary>
    public double? Holdout { get; init; }

    /// <summary>Share off the price; 0: none.</summary>
    public double Discount { get; init; }

    /// <summary>Cost of one message, in the shop's currency.</summary>
    public decimal CostPerMessage { get; init; }

    /// <summary>Larger wins where one person is due in several campaigns.</summary>
    public int Priority { get; init; } = 5;

    /// <summary>What people must have agreed to: <c>marketing_email</c>, or <c>personalisation</c> for messages on the shop's own pages.</summary>
    public string Purpose => Channel == Channels.Onsite ? Purposes.Personalisation : Purposes.MarketingEmail;

    public bool Allows(bool mayWrite, bool mayPersonalise) => Purpose == Purposes.Personalisation ? mayPersonalise : mayWrite;

    /// <summary>Whether people are written to whom other rooms would leave alone now, such as those whose complaint is open.</summary>
    public bool IgnoreExclusions { get; init; }

    /// <summary>Promoted products.</summary>
    public IReadOnlyList<string> Products { get; init; } = [];

    /// <summary>Name under which events mention it, where another tool sends its messages; empty: <c>c</c> and its id.</summary>
    public string Reference { get; init; } = "";

    /// <summary>Units of the promoted products this campaign may sell; null: no limit.</summary>
    public int? UnitBudget { get; init; }

    /// <summary>Why it may start although its products cannot be promised; empty: it may not.</summary>
    public string PromiseOverride { get; init; } = "";

    /// <summary>Shares of those written to at which the product pauses the campaign.</summary>
    public double MostUnsubscribes { get; init; } = 0.03;

    public double MostComplaints { get; init; } = 0.003;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static CampaignSpec Parse(string json) => JsonSerializer.Deserialize<CampaignSpec>(json, Json) ?? new CampaignSpec();

    /// <summary>Reads what somebody sent.</summary>
    public static CampaignSpec? TryParse(string json, out string? problem)
    {
        try
        {
            problem = null;
            return Parse(json);
        }
        catch (Exception broken) when (broken is JsonException or NotSupportedException)
        {
            problem = broken.Message;
            return null;
        }
    }
}

/// <summary>Who is meant.</summary>
/// <param name="Segments">Members of any of these; empty: everybody who is known.</param>
/// <param name="Exclude">But of none of these.</param>
/// <param name="Limit">At most so many, those with the largest predicted effect first.</param>
public sealed record CampaignAudience(IReadOnlyList<int> Segments, IReadOnlyList<int> Exclude, int? Limit = null)
{
    public CampaignAudience() : this([], []) { }
}

/// <summary>One message of a campaign.</summary>
public sealed record CampaignStep
{
    public const string Did = "did";
    public const string DidNot = "did_not";

    /// <summary>Hours after the message before.</summary>
    public double WaitHours { get; init; }

    /// <summary>Splits the road: only for who did, or did not do, <see cref="OnlyEvent"/> since the first message; the others go on to the next message. Empty: for everybody.</summary>
    public string Only { get; init; } = "";

    public string OnlyEvent { get; init; } = "";

    /// <summary>People are split between these by their shares.</summary>
    public IReadOnlyList<CampaignVersion> Versions { get; init; } = [new()];
}

/// <summary>A wording. Subject and body are Liquid templates.</summary>
public sealed record CampaignVersion(string Name, double Share, string Subject, string Body)
{
    public CampaignVersion() : this("A", 1, "", "") { }
}

/// <summary>When people are taken in.</summary>
public sealed record CampaignSchedule
{
    public const string Once = "once";
    public const string Recurring = "recurring";
    public const string Segment = "segment";
    public const string Event = "event";
    public const string Stock = "stock";

    public static IReadOnlyList<string> Kinds { get; } = [Once, Recurring, Segment, Event, Stock];

    /// <summary>once, recurring, segment (whoever enters it), event (whoever does it) or stock (whoever found a promoted product sold out, once it is back).</summary>
    public string Kind { get; init; } = Once;

    /// <summary>The first time; null: as soon as it is started.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public int EveryDays { get; init; } = 7;

    /// <summary>The event that triggers, such as <c>Product Added</c>.</summary>
    public string Trigger { get; init; } = "";

    /// <summary>Hours between the trigger and the first message.</summary>
    public double WaitHours { get; init; }

    /// <summary>Whoever does this before a message is due leaves; empty: nobody leaves.</summary>
    public string ExitOn { get; init; } = "";

    /// <summary>Whether people come in one by one as something happens, not all at a set time.</summary>
    [JsonIgnore]
    public bool IsTriggered => Kind is Segment or Event or Stock;

    /// <summary>Days until the same person may come in again.</summary>
    public int AgainAfterDays { get; init; } = 30;
}

/// <summary>Ways a message travels.</summary>
public static class Channels
{
    public const string Email = "email";
    public const string Webhook = "webhook";
    public const string Onsite = "onsite";
    public const string Csv = "csv";

    public static IReadOnlyList<string> All { get; } = [Email, Webhook, Onsite, Csv];
}
