using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>What the shop promises shoppers who ask, and how messages come in.</summary>
public sealed record ServiceDeskOptions
{
    public const string Section = "ServiceDesk";

    /// <summary>Hours to the first reply; complaints get half.</summary>
    [Range(0.25, 240)] public double FirstReplyHours { get; init; } = 8;

    /// <summary>Largest voucher an answer may offer, as a share of a product's margin.</summary>
    [Range(0, 1)] public double VoucherOfMargin { get; init; } = 0.3;

    /// <summary>Largest voucher whatever the margin, as a share of the price.</summary>
    [Range(0, 0.9)] public double VoucherOfPrice { get; init; } = 0.15;

    /// <summary>Secret of messages posted to <c>/v1/conversations/inbound</c>, as the Standard Webhooks specification has it (<c>whsec_</c> and base64). Without one that address takes nothing.</summary>
    [RegularExpression("^whsec_(?:[A-Za-z0-9+/]{4}){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", ErrorMessage = "ServiceDesk:InboundSecret must be whsec_ and at least 12 bytes in base64.")]
    public string? InboundSecret { get; init; }
}
