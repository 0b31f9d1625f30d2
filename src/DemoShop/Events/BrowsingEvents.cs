namespace BehaviorDashboard.DemoShop;

public sealed class PageViewed(string name, string path, string? campaign = null) : DemoEvent
{
    public override string Type => "page";
    public override string Name => name;
    public override string Path => path;

    public override void Write(SegmentJson json)
    {
        json.Text("path", path);
        json.Url("url", path);
        json.Text("title", name);
        if (campaign is not null) json.Text("campaign_id", campaign);
    }
}

public sealed class ProductsSearched(string query, int results) : DemoEvent
{
    public string Query => query;
    public int Results => results;
    public override string Name => "Products Searched";
    public override string Path => "/search";

    public override void Write(SegmentJson json)
    {
        json.Text("query", query);
        json.Number("results", results);
    }
}

public sealed class ProductListViewed(DemoCategory category, IReadOnlyList<DemoProduct> shown) : DemoEvent
{
    public override string Name => "Product List Viewed";
    public override string Path => "/c/" + category.Id;

    public override void Write(SegmentJson json)
    {
        json.Text("list_id", category.Id);
        json.Text("category", category.Name.English);
        json.Listing("products", shown);
    }
}

/// <summary>An event about one product.</summary>
public sealed class ProductTouched(string name, DemoProduct product, decimal price, int quantity = 1, bool? inStock = null, string? cart = null) : DemoEvent
{
    public const string Viewed = "Product Viewed";
    public const string Added = "Product Added";
    public const string Removed = "Product Removed";
    public const string Wished = "Product Added to Wishlist";

    public DemoProduct Product => product;
    public decimal Price => price;
    public int Quantity => quantity;
    public bool? InStock => inStock;
    public override string Name => name;
    public override string Path => product.Path;

    public override void Write(SegmentJson json)
    {
        if (cart is not null) json.Text(name == Wished ? "wishlist_id" : "cart_id", cart);
        if (name == Wished) json.Text("wishlist_name", "Back in stock");
        json.Product(product, price);
        json.Number("quantity", quantity);
        json.Currency();
        json.Url("url", product.Path);
        if (inStock is { } available) json.Flag("in_stock", available);
    }
}
