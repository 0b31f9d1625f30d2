namespace BehaviorDashboard.Contracts;

/// <summary>
/// Upward seam: a slice's part of a person's page. Register one as a singleton; the page shows it in its order to whom the
/// policy lets, under its title, and passes the person's key.
/// </summary>
/// <param name="Title">Resource key in <c>BehaviorDashboard.Look.UI</c>.</param>
/// <param name="Order">Tens, so that there is room between.</param>
/// <param name="Component">A component with a <c>string UserId</c> parameter, without a frame of its own; it asks for what it shows.</param>
/// <param name="Policy">One of <see cref="Access"/>.</param>
public sealed record PersonPanel(string Title, int Order, Type Component, string Policy);
