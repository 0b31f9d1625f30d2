namespace BehaviorDashboard.ServiceDesk.Pages;

/// <summary>Words of the service desk.</summary>
public sealed class ServiceText;
