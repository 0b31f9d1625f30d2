using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace BehaviorDashboard.Api.Pages;

/// <summary>The API, read from its own description, so that it cannot say anything else.</summary>
public sealed partial class Developers
{
    private List<Operation> _operations = [];

    [Inject(Key = ApiModule.Document)] private IOpenApiDocumentProvider Document { get; set; } = null!;

    [Inject] private IStringLocalizer<ApiText> Text { get; set; } = null!;

    [Inject] private IStringLocalizer<UI> Ui { get; set; } = null!;

    [Inject] private IOptions<ApiOptions> Limits { get; set; } = null!;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private NavigationManager Nav { get; set; } = null!;

    private sealed record Parameter(string Name, string In, string Type, bool Required);

    private sealed record Operation(string Id, string Tag, string Method, string Path, string Summary, string? Description, string Scope, List<Parameter> Parameters, List<string> Answers, string Curl);

    protected override async Task OnInitializedAsync()
    {
        var document = await Document.GetOpenApiDocumentAsync();
        _operations = [.. document.Paths.SelectMany(path => (path.Value.Operations ?? []).Select(o => Read(path.Key, o.Key.Method, o.Value)))];
    }

    private Operation Read(string path, string method, OpenApiOperation operation)
    {
        var scope = operation.Extensions is { } extensions && extensions.TryGetValue("x-scope", out var value) && value is JsonNodeExtension node ? node.Node.ToString() : "";
        var parameters = (operation.Parameters ?? []).Select(p => new Parameter(p.Name ?? "", p.In?.ToString() ?? "", p.Schema?.Type?.ToString() ?? "", p.Required)).ToList();
        return new Operation($"{method} {path}", operation.Tags?.FirstOrDefault()?.Name ?? "API", method, path, operation.Summary ?? "", operation.Description, scope, parameters,
            [.. (operation.Responses ?? []).Keys], Curl(method, path, operation.RequestBody is not null));
    }

    private string Curl(string method, string path, bool body)
    {
        var lines = new List<string> { $"curl {(method == "GET" ? "" : $"-X {method} ")}'{Nav.BaseUri.TrimEnd('/')}{path}'", "-H 'Authorization: Bearer bdk_…'" };
        if (body) lines.AddRange(["-H 'Content-Type: application/json'", $"-d '{Examples.Body(path)}'"]);
        return string.Join(" \\\n  ", lines);
    }
}
