using System.Reflection;

namespace BehaviorDashboard.Shell;

/// <summary>The assemblies in which the router looks for pages: every module's.</summary>
internal static class PageAssemblies
{
    public static IReadOnlyList<Assembly> Additional { get; } =
        [.. Modules.All.Select(m => m.GetType().Assembly).Distinct().Where(a => a != typeof(PageAssemblies).Assembly)];
}
