using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Contracts;

/// <summary>The door of a slice: what it registers, which routes it answers, what it adds to the navigation.</summary>
public interface IModule
{
    void AddServices(IServiceCollection services, IConfiguration configuration);

    void MapRoutes(IEndpointRouteBuilder routes) { }

    IEnumerable<NavEntry> Navigation => [];
}

/// <summary>A line of the navigation.</summary>
/// <param name="Href">Relative address, such as <c>customers</c>.</param>
/// <param name="Title">Resource key in <c>BehaviorDashboard.Look.UI</c>.</param>
/// <param name="Icon">SVG path as MudBlazor's icon constants hold it.</param>
/// <param name="Order">Position; tens, so that there is room between.</param>
/// <param name="Policy">One of <see cref="Access"/>: who sees it.</param>
/// <param name="Group">Resource key of the group it folds into, or null for the top level.</param>
/// <param name="Room">Address of the line whose page it is a tab of: it stands there and in the palette, not in the navigation.</param>
public sealed record NavEntry(string Href, string Title, string Icon, int Order, string Policy, string? Group = null, string? Room = null);
