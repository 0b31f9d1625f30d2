using System.Text.Json;

namespace BehaviorDashboard.Inventory;

/// <summary>What should be bought from one supplier.</summary>
/// <param name="Status">draft, approved (ordered; its units are on their way), received or cancelled.</param>
/// <param name="Cause">nightly, or what asked for it, such as <c>rule:7@3</c>.</param>
public sealed record Proposal(int Id, string Supplier, string Status, string Cause, DateTimeOffset CreatedAt, DateTimeOffset? ApprovedAt, int Lines, long Units, decimal Cost);

/// <summary>One product of a proposal.</summary>
/// <param name="Proposed">What the figures said; <paramref name="Quantity"/> is what stands now.</param>
public sealed record ProposalLine(int ProposalId, string ProductId, string Title, long Quantity, long Proposed, decimal? UnitCost, string Reason)
{
    public ProposalReason Why => JsonSerializer.Deserialize<ProposalReason>(Reason, JsonSerializerOptions.Web) ?? new ProposalReason(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0);
}

/// <summary>The figures a proposed quantity follows from.</summary>
/// <param name="Demand">Units expected over the lead time and the days until the next look.</param>
/// <param name="Chance">Of being sold out before the order arrives.</param>
/// <param name="LostMoney">Expected to be lost until then.</param>
/// <param name="LastYear">Units a week that were sold a year before in the weeks the order is for; null while the product is younger.</param>
/// <param name="Value">What ordering now is worth, in money kept for each unit of money spent: order of a limited budget.</param>
/// <param name="SeasonEnds">Only what last year's weeks would need is proposed.</param>
public sealed record ProposalReason(double OnHand, double Inbound, double Point, double UpTo, double Demand, double LeadDays, double LeadSpread, double Target, int Pack, int Minimum, double Chance, decimal LostMoney, double Value = 0, double? LastYear = null, bool SeasonEnds = false);
