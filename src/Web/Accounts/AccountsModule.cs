using BehaviorDashboard.Accounts.Pages;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts;

/// <summary>People who may sign in, what they may do, and the log of what they did.</summary>
public sealed class AccountsModule : IModule
{
    internal const string SessionCookie = "bd_session";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccountsOptions>().Bind(configuration.GetSection(AccountsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<AccountsModule>("Accounts");
        services.AddSingleton<AccountStore>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditLog>());
        services.AddSingleton<SetupGate>();
        services.AddSingleton<AdminFromFile>();
        services.AddSingleton<DemoMode>();
        services.AddScoped<AccountsService>();
        services.AddScoped<OwnAccount>();
        services.AddHostedService<AccountsStart>();
        AddIdentity(services);
        AddSessions(services);
        ExternalSignIn.AddServices(services, configuration.GetSection(AccountsOptions.Section + ":Oidc").Get<OidcOptions>());
        services.AddAuthorization(Policies.Configure);
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, PassUnknownPaths>();
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>, AuthLimits>();
        services.AddSingleton<KeyRing>();
        services.AddDataProtection().SetApplicationName("BehaviorDashboard");
        services.AddOptions<KeyManagementOptions>().Configure<KeyRing>((options, ring) => options.XmlRepository = ring);
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        AuthApi.Map(routes);
        AuditApi.Map(routes);
    }

    public IEnumerable<NavEntry> Navigation =>
    [
        new("admin/users", "Nav.Users", AccountIcons.Users, 910, Access.Administer, "Nav.Admin"),
        new("admin/audit", "Nav.Audit", AccountIcons.Audit, 930, Access.Administer, "Nav.Admin"),
    ];

    private static void AddIdentity(IServiceCollection services)
    {
        services.AddIdentityCore<Account>().AddUserStore<IdentityStore>().AddSignInManager<SignIns>().AddClaimsPrincipalFactory<AccountClaims>()
            // Not the default ones: they ask the store for telephone numbers, which accounts do not have.
            .AddTokenProvider<DataProtectorTokenProvider<Account>>(TokenOptions.DefaultProvider).AddTokenProvider<AuthenticatorTokenProvider<Account>>(TokenOptions.DefaultAuthenticatorProvider);
        services.AddOptions<IdentityOptions>().Configure<IOptions<AccountsOptions>>((identity, accounts) =>
        {
            identity.User.RequireUniqueEmail = true;
            identity.User.AllowedUserNameCharacters = "";
            identity.Lockout.MaxFailedAccessAttempts = accounts.Value.LockoutAttempts;
            identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(accounts.Value.LockoutMinutes);
            // Length is what makes a password hard to guess; classes of signs only make it hard to type.
            identity.Password = new PasswordOptions
            {
                RequiredLength = accounts.Value.PasswordLength, RequiredUniqueChars = 5, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false,
            };
        });
        services.AddOptions<DataProtectionTokenProviderOptions>().Configure<IOptions<AccountsOptions>>((token, accounts) => token.TokenLifespan = TimeSpan.FromHours(accounts.Value.LinkHours));
    }

    private static void AddSessions(IServiceCollection services)
    {
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<IOptions<AccountsOptions>>((cookie, accounts) =>
        {
            cookie.Cookie.Name = SessionCookie;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(accounts.Value.SessionHours);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/login";
            cookie.ReturnUrlParameter = "returnUrl";
            cookie.Events.OnRedirectToLogin = Challenges.SignInAsync;
            cookie.Events.OnRedirectToAccessDenied = Challenges.DenyAsync;
            cookie.Events.OnSigningIn = context =>
            {
                if (context.Properties.IsPersistent) context.Properties.ExpiresUtc = context.Properties.IssuedUtc?.AddDays(14);
                return Task.CompletedTask;
            };
        });
        services.AddOptions<SecurityStampValidatorOptions>().Configure<IOptions<AccountsOptions>>((stamp, accounts) =>
            stamp.ValidationInterval = TimeSpan.FromSeconds(accounts.Value.RevalidateSeconds));
        services.AddScoped<AuthenticationStateProvider, OpenPageSessions>();
        services.AddScoped<CircuitHandler, CircuitActor>();
    }
}
