using System.Globalization;
using System.Net;
using System.Resources;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Privacy;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.WebTests.Profiles;

/// <summary>Erasing a person over HTTP: stated before, Admins only, written down without the person's address.</summary>
public class ErasureApiTests(WebHost host) : IClassFixture<WebHost>
{
    private const string Ada = "ada@example.com";

    [Theory, InlineData("en"), InlineData("zh-Hans")]
    public async Task Every_place_a_person_is_stored_in_has_a_name_on_the_page(string language)
    {
        var text = new ResourceManager("BehaviorDashboard.Privacy.Pages.PrivacyText", typeof(PrivacyModule).Assembly).GetResourceSet(new CultureInfo(language == "en" ? "" : language), true, tryParents: false)!;
        var person = new ErasedPerson("nobody", ["nobody"], null);
        foreach (var place in host.Services.GetServices<IPersonalData>())
            foreach (var record in await place.CountAsync(person, TestContext.Current.CancellationToken))
                Assert.True(text.GetString("In." + record.Kind) is not null, $"In.{record.Kind} is missing in {language}.");
    }

    [Fact]
    public async Task An_Admin_sees_the_size_erases_and_leaves_a_line_in_the_audit_log()
    {
        await host.Services.GetRequiredService<EventWriter>().AppendAsync([Make.Event("a1", user: Ada), Make.Event("a2", EventNames.OrderCompleted, user: Ada, revenue: 5m)]);
        var database = host.Services.GetRequiredService<Database>();
        await database.ExecuteAsync("insert into cluster_members (user_id, cluster_id) values (@Ada, 1)", new { Ada });
        var path = new Uri($"/v1/people/{Uri.EscapeDataString(Ada)}", UriKind.Relative);
        using (var marketer = await host.SignInAsync(Access.Marketer))
            Assert.NotEqual(HttpStatusCode.OK, (await marketer.DeleteAsync(path)).StatusCode);
        using var admin = await host.SignInAsync(Access.Admin);
        var stated = await admin.GetStringAsync(new Uri(path + "/erasure", UriKind.Relative));

        using var answer = await admin.DeleteAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(stated, await answer.Content.ReadAsStringAsync());
        var records = JsonDocument.Parse(stated).RootElement.GetProperty("records").EnumerateArray().ToDictionary(r => r.GetProperty("kind").GetString()!, r => r.GetProperty("count").GetInt64());
        Assert.Equal((1, 1, 1), (records["events"], records["orders"], records["profiles"]));
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync(path)).StatusCode);
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from audit_log where action = 'person.erased' and target like 'sha256:%'"));
        foreach (var table in await database.QueryAsync<string>("select table_name from information_schema.tables where table_schema = 'main'"))
            Assert.Equal(0, await database.ScalarAsync<long>($"select count(*) from \"{table}\" t where position('ada@' in lower(cast(t as text))) > 0"));
    }
}
