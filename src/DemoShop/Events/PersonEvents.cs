namespace BehaviorDashboard.DemoShop;

/// <summary>Somebody says who they are: from here on the device is theirs.</summary>
public sealed class Identified(DemoPerson person, DateTimeOffset? since, bool? consents) : DemoEvent
{
    public override string Type => "identify";
    public override string Name => "identify";
    public override string Path => "/account";

    public override void Write(SegmentJson json)
    {
        json.Text("email", person.Email);
        json.Text("firstName", person.FirstName);
        json.Text("lastName", person.LastName);
        json.Text("name", person.Name);
        json.Text("language", person.ReadsChinese ? "zh" : "en");
        json.Address(person.City, person.Country);
        if (since is { } at) json.Time("createdAt", at);
        if (consents is { } agreed) json.Flag("emailConsent", agreed);
    }
}

/// <summary>They no longer want e-mail.</summary>
public sealed class ConsentWithdrawn : DemoEvent
{
    public override string Type => "identify";
    public override string Name => "identify";
    public override string Path => "/account";

    public override void Write(SegmentJson json) => json.Flag("emailConsent", false);
}

/// <summary>Segment's e-mail events.</summary>
public sealed class EmailEvent(string name, DemoCampaign campaign) : DemoEvent
{
    public const string Delivered = "Email Delivered";
    public const string Opened = "Email Opened";
    public const string Clicked = "Email Link Clicked";
    public const string Unsubscribed = "Unsubscribed";

    public DemoCampaign Campaign => campaign;
    public override string Name => name;
    public override string Path => "/";

    public override void Write(SegmentJson json)
    {
        json.Text("campaign_id", campaign.Id);
        json.Text("campaign_name", campaign.Name);
        json.Text("email_subject", campaign.Subject);
        if (name == Clicked) json.Url("link_url", "/?utm_campaign=" + campaign.Id);
    }
}
