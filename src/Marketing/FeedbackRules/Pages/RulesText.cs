namespace BehaviorDashboard.FeedbackRules.Pages;

/// <summary>Words of the rules and the ledger.</summary>
public sealed class RulesText;
