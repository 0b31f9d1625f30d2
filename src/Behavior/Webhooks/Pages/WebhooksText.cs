namespace BehaviorDashboard.Webhooks.Pages;

/// <summary>Marks the resources of the webhook panels.</summary>
public sealed class WebhooksText;
