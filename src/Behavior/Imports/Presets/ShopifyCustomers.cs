using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>Shopify: Customers → Export.</summary>
internal sealed class ShopifyCustomers : IPreset
{
    private static readonly (string Column, string Trait)[] Traits =
    [
        ("Email", "email"), ("First Name", "firstName"), ("Last Name", "lastName"), ("Phone", "phone"), ("Company", "company"), ("City", "city"),
        ("Province", "region"), ("Country", "country"), ("Country Code", "country"), ("Default Address City", "city"), ("Default Address Country Code", "country"),
        ("Accepts Email Marketing", "acceptsEmailMarketing"), ("Accepts Marketing", "acceptsEmailMarketing"), ("Tags", "tags"), ("Note", "note"),
    ];

    public string Name => "shopify-customers";

    public Layout Layout { get; } = new([["Email"], ["First Name"], ["Last Name"], ["Customer ID", "Accepts Email Marketing", "Accepts Marketing", "Default Address Company"]], [], []);

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join)
    {
        foreach (var row in file.Rows())
        {
            if (row.Fault is { } fault)
            {
                context.Skip(file.Path, row, "", fault);
                continue;
            }
            var email = row["Email"]?.ToLowerInvariant();
            if ((email ?? row["Customer ID"] ?? row["Phone"]) is not { } known)
            {
                context.Skip(file.Path, row, "Email", "is empty, and so are Customer ID and Phone: nobody is named");
                continue;
            }
            var person = email is null ? $"shopify-{known}" : PersonIds.OfEmail(email);
            var traits = TraitJson.Of(Traits.Select(t => (t.Trait, row[t.Column])).GroupBy(t => t.Trait).Select(g => (g.Key, g.Select(t => t.Item2).FirstOrDefault(v => v is not null))));
            yield return Unit.OfCustomer($"shopify-customer:{person}", person, traits, row.Line, context);
        }
    }
}
