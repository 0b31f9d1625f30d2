using System.Xml.Linq;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace BehaviorDashboard.Accounts;

/// <summary>Keeps the keys of cookies and one-time links in the store, so that a restart signs nobody out and web processes share them.</summary>
internal sealed class KeyRing(IServiceProvider services, TimeProvider time) : IXmlRepository
{
    private const string Read = "select xml from data_protection_keys order by name";
    private const string Write = "insert into data_protection_keys (name, xml, created_at) values (@name, @xml, @at) on conflict (name) do nothing";
    private const string First = "first";
    private volatile bool _none;

    // Asked for late: a command that the running server will run must not open the store while the pipeline is built.
    private Database Database => services.GetRequiredService<Database>();

    // The interface is synchronous; it is called at start and when a key is renewed, every few weeks.
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var rows = Task.Run(() => Database.QueryAsync<string>(Read)).GetAwaiter().GetResult();
        _none = rows.Count == 0;
        return [.. rows.Select(XElement.Parse)];
    }

    // Nodes that start on a new store at one moment all find no key, and each would make one that the others see hours later.
    // The first key has one name, so one node's is stored, and all read that.
    public void StoreElement(XElement element, string friendlyName)
    {
        var name = _none ? First : $"{friendlyName}-{Guid.NewGuid():N}";
        Task.Run(() => Database.ExecuteAsync(Write, new { name, xml = element.ToString(SaveOptions.DisableFormatting), at = time.GetUtcNow() })).GetAwaiter().GetResult();
    }
}
