using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid;
using Fluid.Values;

namespace BehaviorDashboard.Campaigns;

/// <summary>What is wrong with a template.</summary>
/// <param name="Line">From 1; 0 where it is not known.</param>
public sealed record TemplateProblem(int Line, string Message);

/// <summary>A message as one person gets it.</summary>
public sealed record RenderedMessage(string Subject, string Body);

/// <summary>Subject and body are Liquid. Everything a person said of themselves is escaped in the body; a template cannot run for ever nor reach beyond what it is given.</summary>
public static class TemplateRenderer
{
    private const int MostSteps = 20_000;
    private const int MostLength = 200_000;
    private static readonly FluidParser Parser = new();
    private static readonly TemplateOptions Options = new() { MaxSteps = MostSteps, MaxRecursion = 20 };

    public static TemplateProblem? Check(string template)
    {
        if (template.Length > MostLength) return new TemplateProblem(0, $"A template has at most {MostLength:N0} characters.");
        if (!Parser.TryParse(template, out var parsed, out var error)) return Located(error);
        try
        {
            parsed.Render(Context(TemplateModel.Sample));
            return null;
        }
        catch (Exception broken) when (broken is FluidException or InvalidOperationException or ArgumentException or FormatException)
        {
            return new TemplateProblem(0, broken.Message);
        }
    }

    /// <exception cref="FluidException">The template takes too long.</exception>
    public static RenderedMessage Render(CampaignVersion version, TemplateModel model) =>
        new(Render(version.Subject, model, NullEncoder.Default).ReplaceLineEndings(" ").Trim(), Render(version.Body, model, HtmlEncoder.Default));

    private static string Render(string template, TemplateModel model, TextEncoder encoder) =>
        Parser.TryParse(template, out var parsed, out var error) ? parsed.Render(Context(model), encoder) : throw new InvalidOperationException(error);

    private static TemplateContext Context(TemplateModel model)
    {
        var context = new TemplateContext(Options);
        context.SetValue("person", FluidValue.Create(model.Person, Options));
        context.SetValue("shop", FluidValue.Create(new Dictionary<string, object?> { ["name"] = model.Shop, ["currency"] = model.Currency }, Options));
        context.SetValue("products", FluidValue.Create(model.Products, Options));
        context.SetValue("recommendations", FluidValue.Create(model.Recommendations, Options));
        context.SetValue("discount", NumberValue.Create(Math.Round((decimal)model.Discount * 100, 1)));
        context.SetValue("unsubscribe_url", new StringValue(model.UnsubscribeUrl));
        return context;
    }

    /// <summary>The parser ends its messages with “at (line:column)”.</summary>
    private static TemplateProblem Located(string error)
    {
        var at = error.LastIndexOf('(');
        var line = at >= 0 && int.TryParse(error[(at + 1)..].Split(':')[0], out var found) ? found : 0;
        return new TemplateProblem(line, at > 0 ? error[..at].Replace(" at ", " ", StringComparison.Ordinal).Trim() : error);
    }
}

/// <summary>What a template may use.</summary>
/// <param name="Person">Traits, with <c>first_name</c>, <c>name</c>, <c>email</c>, <c>language</c> where known.</param>
/// <param name="Products">Promoted products: <c>id</c>, <c>title</c>, <c>price</c>, <c>url</c>.</param>
/// <param name="Recommendations">Picked for this person: <c>id</c>, <c>title</c>, <c>category</c>, <c>price</c>, <c>url</c>, <c>image_url</c>.</param>
public sealed record TemplateModel(IReadOnlyDictionary<string, object?> Person, IReadOnlyList<IReadOnlyDictionary<string, object?>> Products, IReadOnlyList<IReadOnlyDictionary<string, object?>> Recommendations,
    string Shop, string Currency, double Discount, string UnsubscribeUrl)
{
    public static TemplateModel Sample { get; } = new(Traits("""{"firstName":"Ann"}""", "Ann Example", "ann@example.com"), [], [], "Shop", "USD", 0.1, "https://shop.example/u");

    /// <summary>Traits as templates see them.</summary>
    public static IReadOnlyDictionary<string, object?> Traits(string? json, string? name, string? email)
    {
        var traits = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (json is not null)
            foreach (var field in JsonDocument.Parse(json).RootElement.EnumerateObject()) traits[field.Name] = Value(field.Value);
        traits["name"] = name;
        traits["email"] = email;
        traits["first_name"] = traits.GetValueOrDefault("first_name") ?? traits.GetValueOrDefault("firstName") ?? name?.Split(' ')[0];
        traits["last_name"] = traits.GetValueOrDefault("last_name") ?? traits.GetValueOrDefault("lastName");
        return traits;
    }

    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDecimal(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(f => f.Name, f => Value(f.Value)),
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToList(),
        _ => null,
    };
}
