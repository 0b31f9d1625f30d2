using System.Xml.Linq;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>The keys of cookies and forms, as several web nodes keep them in one store.</summary>
public class KeyRingTests
{
    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task Of_nodes_that_start_on_a_new_store_at_one_moment_all_use_the_key_of_one(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine, more: services => services.AddMigrations<AccountsModule>("Accounts"));
        var (a, b) = (new KeyRing(store.Services, TimeProvider.System), new KeyRing(store.Services, TimeProvider.System));
        Assert.Empty(a.GetAllElements());
        Assert.Empty(b.GetAllElements());
        a.StoreElement(new XElement("key", "of a"), "key-a");
        b.StoreElement(new XElement("key", "of b"), "key-b");
        Assert.Equal(["of a"], a.GetAllElements().Select(e => e.Value));
        Assert.Equal(["of a"], b.GetAllElements().Select(e => e.Value));

        // Weeks later a key is renewed.
        b.StoreElement(new XElement("key", "new"), "key-new");
        Assert.Equal(["new", "of a"], a.GetAllElements().Select(e => e.Value).Order(StringComparer.Ordinal));
    }
}
