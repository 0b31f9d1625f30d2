namespace BehaviorDashboard.Catalog.Pages;

/// <summary>Words of the pages about products.</summary>
public sealed class ProductsText;
