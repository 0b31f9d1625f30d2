using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BehaviorDashboard.Api;

/// <summary>Says in the description of the API how a key is presented, and which scope each operation asks for.</summary>
internal static class OpenApiSecurity
{
    private static readonly (string Name, OpenApiSecurityScheme Scheme)[] Schemes =
    [
        ("bearer", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Authorization: Bearer bdk_…" }),
        ("basic", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "The key as the user, with an empty password, as Segment's clients send it." }),
        ("header", new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key" }),
    ];

    public static void Configure(OpenApiOptions options)
    {
        options.ShouldInclude = description => description.RelativePath is { } path && (path.StartsWith("v1/", StringComparison.Ordinal) || path.StartsWith("api/", StringComparison.Ordinal));
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "BehaviorDashboard", Version = "v1",
                Description = "Events come in as Segment's HTTP tracking API; figures go out as JSON. Every error is a problem (RFC 9457).",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            foreach (var (name, scheme) in Schemes) document.Components.SecuritySchemes[name] = scheme;
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var policy = context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy;
            operation.Security = [.. Schemes.Select(s => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(s.Name, context.Document)] = [] })];
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions["x-scope"] = new JsonNodeExtension(ScopeOf(policy));
            return Task.CompletedTask;
        });
    }

    /// <summary>The scope a key needs; what carries no policy takes write keys and looks at them itself.</summary>
    private static string ScopeOf(string? policy) => policy switch
    {
        Access.ReadApi => Access.ScopeRead,
        Access.AdminApi => Access.ScopeAdmin,
        _ => Access.ScopeWrite,
    };
}
