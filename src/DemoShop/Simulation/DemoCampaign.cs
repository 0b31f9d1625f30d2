using System.Globalization;

namespace BehaviorDashboard.DemoShop;

/// <summary>An e-mail the shop sends. Who may be mailed is split at random; the holdout gets nothing.</summary>
/// <param name="Discount">Share off everything with its coupon; 0 for a plain newsletter.</param>
/// <param name="Annoys">Whether it puts every reader off (the planted bad campaign).</param>
public sealed record DemoCampaign(string Id, string Name, string Subject, DateOnly Date, double Discount, double Treated, bool Annoys)
{
    /// <summary>Days after the sending day on which it acts.</summary>
    public const int EffectDays = 7;

    public string? Coupon => Discount > 0 ? string.Create(CultureInfo.InvariantCulture, $"MAIL{Discount * 100:0}") : null;

    /// <summary>What reading it does to somebody's visits.</summary>
    public double VisitFactor(DemoPerson person) => Annoys ? 0.5 : Math.Max(0.1, 1 + person.EmailLift);

    /// <summary>The newsletter of a day, or null: every 28 days the shop mails, most often with a discount.</summary>
    internal static DemoCampaign? On(DemoWorld world, int day)
    {
        var date = world.DateOf(day);
        if (world.Incidents.Campaign is { } bad && bad.Start == date)
            return new("last-chance-" + Stamp(date), "LAST CHANCE last chance", "Final FINAL notice: open now", date, 0, bad.Size, true);
        if (day < 30 || (day - 30) % 28 != 0) return null;
        var (name, subject, discount) = ((day - 30) / 28 % 4) switch
        {
            0 => ("Welcome back", "A little something: 10% off this week", 0.10),
            1 => ("What's new", "New arrivals, picked for your home", 0.0),
            2 => ("Members' week", "15% off everything, members only", 0.15),
            _ => ("Season's end", "20% off: make room for the new season", 0.20),
        };
        return new("mail-" + Stamp(date), $"{name} {date.ToString("MMM yyyy", CultureInfo.InvariantCulture)}", subject, date, discount, 0.8, false);
    }

    private static string Stamp(DateOnly date) => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}

/// <summary>Somebody got a campaign: from the next day on, for a week, they visit and pay differently.</summary>
internal sealed record Exposure(DemoCampaign Campaign, int Day)
{
    public bool ActsOn(int day) => day > Day && day <= Day + DemoCampaign.EffectDays;

    /// <summary>On the extra visits of a live demo it acts at once, so that somebody who watches sees it.</summary>
    public bool ActsLive(int day) => day >= Day && day <= Day + DemoCampaign.EffectDays;
}

/// <summary>What has become of a person so far.</summary>
internal sealed class PersonState(DemoPerson person)
{
    public DemoPerson Person { get; } = person;

    /// <summary>Whether the shop knows who uses each device.</summary>
    public bool[] SignedIn { get; } = [.. person.Devices.Select((_, device) => device == 0 && person.ArrivalDay < 0)];

    public bool Registered { get; set; } = person.ArrivalDay < 0;

    public bool Consents { get; set; } = person.Consents;

    public int Orders { get; set; }

    public Exposure? Exposure { get; set; }
}

/// <summary>A mail of a campaign that the product itself has sent to somebody of this world.</summary>
public sealed record DemoMail(string UserId, string CampaignId, double Discount);
