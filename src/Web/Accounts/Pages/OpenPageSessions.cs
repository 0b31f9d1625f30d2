using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Accounts.Pages;

/// <summary>An open page asks again and again whether its session still holds: locked, revoked or changed people lose it within the interval.</summary>
internal sealed class OpenPageSessions(ILoggerFactory logs, IServiceScopeFactory scopes, IOptions<AccountsOptions> options) : RevalidatingServerAuthenticationStateProvider(logs)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(options.Value.RevalidateSeconds);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SignIns>().ValidateSecurityStampAsync(authenticationState.User) is not null;
    }
}

/// <summary>Names the person of an open page to the audit log: a circuit's work has no request of its own.</summary>
internal sealed class CircuitActor(AuthenticationStateProvider authentication, IHttpContextAccessor http) : CircuitHandler
{
    // The connection that opened the page; read here, because later it may be gone.
    private readonly System.Net.IPAddress? _address = http.HttpContext?.Connection.RemoteIpAddress;

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        using (AuditActor.Begin(AuditActor.Of((await authentication.GetAuthenticationStateAsync()).User, _address)))
            await next(context);
    };
}
