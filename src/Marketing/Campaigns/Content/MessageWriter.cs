using BehaviorDashboard.Catalog;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Recommendations;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Campaigns;

/// <summary>Writes a campaign's message for one person.</summary>
internal sealed class MessageWriter(ProductService products, RecommendationService recommendations, PublicLinks links, IOptions<ShopOptions> shop, TimeProvider time)
{
    public const string Preview = "preview";
    private const int MostRecommended = 6;
    private readonly Dictionary<string, (DateTimeOffset At, IReadOnlyList<IReadOnlyDictionary<string, object?>> Products)> _known = [];
    private readonly Lock _gate = new();

    public async Task<RenderedMessage> WriteAsync(CampaignSpec spec, OutboxMessage message, CancellationToken cancel)
    {
        var step = spec.Steps[Math.Min(message.Step, spec.Steps.Count - 1)];
        var version = step.Versions.FirstOrDefault(v => v.Name == message.Arm) ?? Assignment.Version(message.CampaignId, message.Person, step.Versions);
        var model = new TemplateModel(TemplateModel.Traits(message.Traits, message.Name, message.Email), await ProductsAsync(spec.Products, cancel), await RecommendedAsync(version, message, cancel), shop.Value.Name, shop.Value.Currency, spec.Discount, links.Unsubscribe(message));
        var text = TemplateRenderer.Render(version, model);
        return spec.Channel == Channels.Email ? text with { Body = links.Count(WithFooter(text.Body, model), message) } : text;
    }

    /// <summary>A mail nobody can leave must not go out: where the template names no way, one is added.</summary>
    private static string WithFooter(string body, TemplateModel model) =>
        body.Contains(model.UnsubscribeUrl, StringComparison.Ordinal) ? body : body + $"<p style=\"font-size:12px;color:#667\"><a href=\"{model.UnsubscribeUrl}\">Unsubscribe · 退订</a></p>";

    /// <summary>Picked for this person where the wording asks for it; none for whoever wants no personalisation.</summary>
    private async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> RecommendedAsync(CampaignVersion version, OutboxMessage message, CancellationToken cancel)
    {
        if (!message.MayPersonalise || !(version.Subject + version.Body).Contains("recommendations", StringComparison.Ordinal)) return [];
        var list = await recommendations.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, message.Person, Limit: MostRecommended, Placement: "email", Counts: message.Id != Preview), cancel);
        return [.. list.Items.Select(p => new Dictionary<string, object?> { ["id"] = p.ProductId, ["title"] = p.Title, ["category"] = p.Category, ["price"] = p.Price, ["url"] = p.Url, ["image_url"] = p.ImageUrl })];
    }

    private async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> ProductsAsync(IReadOnlyList<string> ids, CancellationToken cancel)
    {
        if (ids.Count == 0) return [];
        var (key, now) = (string.Join(',', ids), time.GetUtcNow());
        lock (_gate)
            if (_known.TryGetValue(key, out var known) && now - known.At < TimeSpan.FromMinutes(1)) return known.Products;
        var found = new List<IReadOnlyDictionary<string, object?>>();
        foreach (var id in ids)
            if (await products.FindAsync(id, TimeRange.Last(TimeSpan.FromDays(1), now), cancel) is { } p)
                found.Add(new Dictionary<string, object?> { ["id"] = p.Id, ["title"] = p.Title ?? p.Id, ["category"] = p.Category, ["price"] = p.Price, ["stock"] = p.Stock });
        lock (_gate) _known[key] = (now, found);
        return found;
    }
}
