using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Campaigns;

/// <summary>How campaigns write to people. Section <c>Campaigns</c>.</summary>
public sealed record CampaignsOptions
{
    public const string Section = "Campaigns";

    /// <summary>Address under which people reach this product: unsubscribe pages and counted links. Empty: the first address it listens on.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>Sender of e-mails, such as <c>Shop &lt;news@shop.example&gt;</c>.</summary>
    public string From { get; init; } = "";

    /// <summary>The mail server; empty: e-mail campaigns cannot start. In the demo mails stay in a local outbox.</summary>
    public string SmtpHost { get; init; } = "";

    [Range(1, 65_535)]
    public int SmtpPort { get; init; } = 587;

    /// <summary>auto, none, starttls or tls.</summary>
    [RegularExpression("^(auto|none|starttls|tls)$")]
    public string SmtpSecurity { get; init; } = "auto";

    public string SmtpUser { get; init; } = "";

    public string SmtpPassword { get; init; } = "";

    /// <summary>Mails a second at most.</summary>
    [Range(0.1, 10_000)]
    public double MailsPerSecond { get; init; } = 50;

    /// <summary>Other messages a second at most.</summary>
    [Range(0.1, 100_000)]
    public double MessagesPerSecond { get; init; } = 500;

    /// <summary>Messages handed over at a time: what may stay unclear when the process is killed.</summary>
    [Range(1, 500)]
    public int AtOnce { get; init; } = 20;

    [Range(1, 20)]
    public int Attempts { get; init; } = 6;

    [Range(1, 3_600)]
    public double FirstWaitSeconds { get; init; } = 30;

    /// <summary>Messages one person gets at most from all campaigns in <see cref="CapDays"/>.</summary>
    [Range(1, 100)]
    public int MostMessages { get; init; } = 3;

    [Range(1, 90)]
    public int CapDays { get; init; } = 7;

    /// <summary>Hours in which nobody is written to, in their own time zone: from this one …</summary>
    [Range(0, 23)]
    public int QuietFrom { get; init; } = 21;

    /// <summary>… to this one. The same hour twice: never quiet.</summary>
    [Range(0, 23)]
    public int QuietTo { get; init; } = 8;

    /// <summary>Share of everybody whom no campaign ever writes to, so that all campaigns together can be measured.</summary>
    [Range(0, 0.5)]
    public double GlobalControl { get; init; } = 0.02;

    /// <summary>Seconds between two looks at the effect of live campaigns.</summary>
    [Range(1, 3_600)]
    public double LookSeconds { get; init; } = 5;
}
