using BehaviorDashboard.Contracts;
using BehaviorDashboard.Statements.Pages;

namespace BehaviorDashboard.Statements;

/// <summary>Shows Admins what the store was slow at.</summary>
public sealed class StatementsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
    }

    public IEnumerable<NavEntry> Navigation => [new("admin/statements", "Nav.Statements", StatementIcons.Slow, 945, Access.Administer, "Nav.Admin")];
}
