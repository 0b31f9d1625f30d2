using System.Globalization;
using System.IO.Compression;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>The whole Online Retail data set against a computation that shares nothing with the product.</summary>
public class OnlineRetailTests
{
    private sealed record Person(string UserId, long Orders, long Refunds, decimal Revenue, decimal Refunded, long Units);

    private sealed class Expected
    {
        public readonly Dictionary<string, decimal> Net = [];
        public readonly Dictionary<string, HashSet<string>> Orders = [];
        public readonly Dictionary<string, HashSet<string>> Returns = [];
        public readonly Dictionary<(string Customer, string Invoice), long> Units = [];
        public readonly Dictionary<string, decimal> InvoiceValue = [];
        public readonly HashSet<string> Products = [];
        public long Rows;
        public long WithoutCustomer;
        public decimal Total;
    }

    [Fact]
    public async Task Profiles_and_totals_equal_a_computation_from_the_files()
    {
        Assert.SkipWhen(Repository.Data is null, Repository.DataMissing);
        var files = Directory.GetFiles(Path.Combine(Repository.Data!, "online_retail"), "*.csv.gz").Order(StringComparer.Ordinal).ToList();
        var expected = Compute(files);
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new IngestModule(), new ImportsModule(), new CatalogModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>());
        var imports = store.Services.GetRequiredService<ImportService>();

        var dry = await imports.RunAsync(new ImportRequest("uci-online-retail", files, DryRun: true));
        Assert.Equal((541_909, 541_909), (dry.Rows, dry.Created));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from events"));

        var report = await imports.RunAsync(new ImportRequest("uci-online-retail", files));
        Assert.Equal((expected.Rows, expected.Rows, 0, 0), (report.Rows, report.Created, report.Unchanged, report.Skipped));
        Assert.Equal((4_372, expected.Products.Count, expected.Total), (report.Customers, report.Products, report.Revenue));
        Assert.Equal((expected.WithoutCustomer, expected.InvoiceValue.Count(i => i.Value > 0 && char.IsAsciiDigit(i.Key[0]))), (report.RowsWithoutCustomer, report.Orders));
        Assert.Equal(expected.InvoiceValue.Count, report.Kinds.Sum(k => k.Count));
        await SameAsync(store, expected);

        // Again, the files in another order: nothing changes.
        files.Reverse();
        var again = await imports.RunAsync(new ImportRequest("uci-online-retail", files));
        Assert.Equal((expected.Rows, 0, 0), (again.Unchanged, again.Created, again.Updated));
        await SameAsync(store, expected);

        Assert.Equal(expected.Rows + expected.InvoiceValue.Count, await imports.UndoAsync(report.Id));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select (select count(*) from events) + (select count(*) from profiles) + (select count(*) from products)"));
        Assert.Equal(0, await imports.UndoAsync(report.Id));
    }

    private static async Task SameAsync(TestStore store, Expected expected)
    {
        var people = await store.Database.QueryAsync<Person>("select user_id as UserId, orders as Orders, refunds as Refunds, revenue as Revenue, refunded as Refunded, units as Units from profiles");
        Assert.Equal(expected.Net.Count, people.Count);
        // An invoice worth nothing is a gift or a stock adjustment: its units were not bought.
        var units = expected.Units.Where(u => expected.InvoiceValue[u.Key.Invoice] != 0).GroupBy(u => u.Key.Customer).ToDictionary(g => g.Key, g => g.Sum(u => u.Value));
        foreach (var person in people)
        {
            Assert.Equal(expected.Net[person.UserId], person.Revenue - person.Refunded);
            Assert.Equal(units.GetValueOrDefault(person.UserId), person.Units);
            Assert.Equal(expected.Orders.GetValueOrDefault(person.UserId)?.Count(i => expected.InvoiceValue[i] > 0) ?? 0, person.Orders);
            Assert.Equal(expected.Returns.GetValueOrDefault(person.UserId)?.Count ?? 0, person.Refunds);
        }
        Assert.Equal(expected.Total, await store.Database.ScalarAsync<decimal>("select sum(revenue) from events"));
        Assert.Equal(expected.Rows, await store.Database.ScalarAsync<long>("select count(*) from events where type = 'item'"));
    }

    /// <summary>Plain loops over plain text; quoted fields are the only thing CSV asks for here.</summary>
    private static Expected Compute(IEnumerable<string> files)
    {
        var e = new Expected();
        foreach (var file in files)
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            reader.ReadLine();
            while (reader.ReadLine() is { } line)
            {
                var f = Split(line);
                var (invoice, product, quantity, price, customer) = (f[0], f[1], int.Parse(f[3], CultureInfo.InvariantCulture), decimal.Parse(f[5], CultureInfo.InvariantCulture), f[6]);
                e.Rows++;
                e.Total += quantity * price;
                e.Products.Add(product);
                e.InvoiceValue[invoice] = e.InvoiceValue.GetValueOrDefault(invoice) + quantity * price;
                if (customer.Length == 0)
                {
                    e.WithoutCustomer++;
                    continue;
                }
                e.Net[customer] = e.Net.GetValueOrDefault(customer) + quantity * price;
                e.Units[(customer, invoice)] = e.Units.GetValueOrDefault((customer, invoice)) + quantity;
                var invoices = invoice[0] == 'C' ? e.Returns : e.Orders;
                if (!invoices.TryGetValue(customer, out var set)) invoices[customer] = set = [];
                set.Add(invoice);
            }
        }
        return e;
    }

    private static List<string> Split(string line)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(c);
        }
        fields.Add(field.ToString());
        return fields;
    }
}
