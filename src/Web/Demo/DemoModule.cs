using BehaviorDashboard.Contracts;
using BehaviorDashboard.Demo.Pages;
using BehaviorDashboard.DemoShop;
using BehaviorDashboard.Shell;

namespace BehaviorDashboard.Demo;

/// <summary>Runs the simulated shop beside the product when it was started with <c>--demo</c>.</summary>
public sealed class DemoModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        // The page asks it whether there is a demo shop.
        services.AddSingleton<DemoDirector>();
        if (!configuration.GetValue<bool>(ProductConfiguration.DemoKey)) return;
        services.AddOptions<DemoOptions>().Bind(configuration.GetSection(DemoOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddHostedService<DemoService>();
        services.AddSingleton(new NavEntry("demo", "Nav.Demo", DemoIcons.Play, 950, Access.Administer, "Nav.Admin"));
    }
}
