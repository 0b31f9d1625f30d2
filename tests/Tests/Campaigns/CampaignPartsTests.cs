using BehaviorDashboard.Campaigns;
using CsCheck;
using Sylvan.Data.Csv;
using Xunit;

namespace BehaviorDashboard.Tests.Campaigns;

/// <summary>Drawing arms, quiet hours, templates, files of past campaigns, learning effects.</summary>
public sealed class CampaignPartsTests
{
    private static readonly CampaignVersion[] Versions = [new("A", 3, "", ""), new("B", 1, "", "")];

    [Fact]
    public void Arms_are_the_same_every_time_and_have_their_shares()
    {
        var people = Enumerable.Range(0, 20_000).Select(i => "u" + i).ToList();
        var arms = people.Select(p => Assignment.Arm(7, p, 0.2, Versions)).ToList();
        Assert.Equal(arms, people.Select(p => Assignment.Arm(7, p, 0.2, Versions)));
        Assert.InRange(arms.Count(a => a == Assignment.Held) / 20_000.0, 0.19, 0.21);
        Assert.InRange(arms.Count(a => a == "B") / 20_000.0, 0.19, 0.21);
        // Two campaigns draw apart from one another.
        var other = people.Select(p => Assignment.Arm(8, p, 0.2, Versions)).ToList();
        Assert.InRange(people.Where((_, i) => arms[i] == Assignment.Held && other[i] == Assignment.Held).Count() / 20_000.0, 0.035, 0.045);
    }

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-10T20:30:00Z", "2026-03-11T07:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-10T10:30:00Z", "2026-03-10T10:30:00Z")]
    [InlineData("Asia/Shanghai", "2026-03-10T14:00:00Z", "2026-03-11T00:00:00Z")]
    // The night in which Berlin's clocks go forward, and the one in which they go back.
    [InlineData("Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T06:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z")]
    public void Nobody_is_written_to_at_night_by_their_own_clock(string zone, string at, string due) =>
        Assert.Equal(DateTimeOffset.Parse(due, null), new QuietHours(21, 8).Next(DateTimeOffset.Parse(at, null), TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Fact]
    public void Quiet_hours_only_ever_delay_and_never_end_in_quiet() =>
        Gen.Select(Gen.Int[0, 23], Gen.Int[0, 23], Gen.Int[0, 525_600]).Sample((from, to, minute) =>
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
            var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute);
            var due = new QuietHours(from, to).Next(at, zone);
            Assert.True(due >= at && due - at <= TimeSpan.FromHours(25));
            Assert.Equal(due, new QuietHours(from, to).Next(due, zone));
        });

    [Fact]
    public void A_broken_template_is_refused_with_its_line()
    {
        Assert.Null(TemplateRenderer.Check("Hello {{ person.first_name | default: \"you\" }}{% if person.vip %}!{% endif %}"));
        Assert.Equal(2, TemplateRenderer.Check("fine\n{% if person.vip %}never closed")!.Line);
        Assert.NotNull(TemplateRenderer.Check("{{ person. }}"));
        Assert.NotNull(TemplateRenderer.Check("{% for i in (1..1000000) %}{{ i }}{% endfor %}"));
        var problem = Assert.Single(CampaignCheck.Saving("x", new CampaignSpec { Steps = [new CampaignStep { Versions = [new CampaignVersion("A", 1, "s", "a\nb {% endfor %}")] }] }));
        Assert.Equal(("Template", "step 1, A, body"), (problem.Code, problem.Field));
        Assert.StartsWith("line 2", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_people_said_of_themselves_cannot_become_markup()
    {
        var model = TemplateModel.Sample with { Person = TemplateModel.Traits("""{"firstName":"<b>x</b>"}""", "n", "e@x") };
        var text = TemplateRenderer.Render(new CampaignVersion("A", 1, "Hi {{ person.first_name }}\nBcc: all", "<p>{{ person.first_name }}</p>"), model);
        Assert.Equal("<p>&lt;b&gt;x&lt;/b&gt;</p>", text.Body);
        Assert.Equal("Hi <b>x</b> Bcc: all", text.Subject);
    }

    [Theory]
    [InlineData("arm,y\na,1\n", "All rows are of one arm")]
    [InlineData("arm,y\na,1\nb,\n", "Line 3: y is empty")]
    [InlineData("arm,y\na,1\nb,many\n", "Line 3: y is “many”")]
    [InlineData("arm,y\na,1\n,0\n", "Line 3: arm is empty")]
    [InlineData("arm,z\na,1\nb,0\n", "There is no column y")]
    [InlineData("arm,y\n", "The file has no rows")]
    public void A_file_that_is_no_experiment_is_refused_with_line_and_column(string file, string reason)
    {
        using var csv = CsvDataReader.Create(new StringReader(file));
        Assert.Contains(reason, Assert.Throws<PastCampaignException>(() => PastCampaign.Read(csv, new PastColumns("arm", ["y"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_past_campaign_of_several_arms_is_compared_with_its_control()
    {
        var random = new Random(3);
        var lines = Enumerable.Range(0, 6_000).Select(i => (Arm: new[] { "Control", "Mail", "Gift" }[i % 3], i)).Select(x => $"{x.Arm},{(random.NextDouble() < (x.Arm == "Gift" ? 0.2 : 0.1) ? 1 : 0)},{x.i},{(x.i % 2 == 0 ? "web" : "phone")}");
        using var csv = CsvDataReader.Create(new StringReader("arm,bought,customer_id,channel\n" + string.Join('\n', lines)));
        var past = PastCampaign.Read(csv, new PastColumns("arm", ["bought"]));
        Assert.Equal(["Control", "Gift", "Mail"], past.Arms);
        Assert.Equal(["channel=web"], past.Features);
        Assert.False(past.Ratio().IsWrong);
        var effects = past.Compare().ToDictionary(c => c.Arm);
        Assert.Equal((BehaviorDashboard.Statistics.Verdict.Works, BehaviorDashboard.Statistics.Verdict.TooEarly), (effects["Gift"].Verdict, effects["Mail"].Verdict));
        Assert.True(effects["Gift"].Interval.Contains(0.1));
    }

    [Fact]
    public void Those_whom_a_campaign_moves_are_found()
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, 6_000).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() < 0.1 ? double.NaN : random.NextDouble() }).ToList();
        var effects = rows.Select(r => r[0] > 0.5 ? 0.25 : -0.05).ToList();
        var treated = rows.Select(_ => random.NextDouble() < 0.7).ToList();
        var outcome = rows.Select((r, i) => random.NextDouble() < 0.1 + 0.1 * r[1] + (treated[i] ? effects[i] : 0) ? 1.0 : 0).ToList();
        var model = UpliftModel.Fit(new UpliftTable(["a", "b", "c"], rows, treated, outcome), 1);
        var (ours, oracle) = (BehaviorDashboard.Statistics.UpliftCurve.OfTruth([.. rows.Select(r => model.Predict(r))], effects).Qini, BehaviorDashboard.Statistics.UpliftCurve.OfTruth(effects, effects).Qini);
        Assert.True(ours > 0.85 * oracle, $"{model.Learner}: {ours} of {oracle}");
    }
}
