namespace BehaviorDashboard.DemoShop;

/// <summary>A product of a recommended list was seen or clicked.</summary>
public sealed class RecommendationEvent(string name, string recommendationId, DemoProduct product, int position) : DemoEvent
{
    public const string Viewed = "Recommendation Viewed";
    public const string Clicked = "Recommendation Clicked";

    public DemoProduct Product => product;
    public override string Name => name;
    public override string Path => product.Path;

    public override void Write(SegmentJson json)
    {
        json.Text("recommendation_id", recommendationId);
        json.Text("product_id", product.Id);
        json.Number("position", position);
    }
}
