using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace BehaviorDashboard.Look;

public static class LookServices
{
    /// <summary>Everything the shared components need: MudBlazor with our words, both languages, formatting for the shop.</summary>
    public static IServiceCollection AddLook(this IServiceCollection services)
    {
        services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            options.SnackbarConfiguration.PreventDuplicates = true;
        });
        services.AddLocalization();
        services.AddTransient<MudLocalizer, MudWords>();
        services.AddSingleton<ShopFormat>();
        return services;
    }
}
