namespace BehaviorDashboard.Inventory.Pages;

/// <summary>Words of the pages about demand and stock.</summary>
public sealed class InventoryText;
