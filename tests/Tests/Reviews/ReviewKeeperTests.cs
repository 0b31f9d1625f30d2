using System.Text.Json;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Reviews;

public class ReviewKeeperTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Reviews_follow_the_events_once_through_restarts_and_removals(Engine engine)
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        await store.Writer.AppendAsync([Said("r1", "cup", "The handle is broken, terrible quality", 1, "u1"), Said("r2", "cup", "质量很好，非常满意", null, "u2"), Said("r3", "pot", "Très joli", 5, "u3"), Make.Event("x", "Product Viewed", product: "cup")]);
        await Keeper(store).PassAsync();
        await Keeper(store).PassAsync();
        var service = store.Services.GetRequiredService<ReviewService>();
        var all = (await service.PageAsync(new ReviewQuery())).Reviews.ToDictionary(r => r.ReviewId);
        Assert.Equal(["r1", "r2", "r3"], all.Keys.Order());
        Assert.Equal(("en", "bad"), (all["r1"].Language, all["r1"].Tone));
        Assert.Contains("defect", all["r1"].TopicKeys);
        Assert.Equal("zh", all["r2"].Language);
        Assert.True(all["r2"].Good > 0.6);
        Assert.Null(service.Score(all["r2"]));
        Assert.Null(all["r3"].Good);

        await store.RestartAsync();
        time.Advance(TimeSpan.FromDays(1));
        await store.Writer.AppendAsync([Said("r4", "pot", "ok", 3, "u1", time.GetUtcNow()), Said("r1", "cup", "again", 1, "u1")]);
        await Keeper(store).PassAsync();
        service = store.Services.GetRequiredService<ReviewService>();
        Assert.Equal(4, (await service.PageAsync(new ReviewQuery())).Reviews.Count);
        Assert.Equal("r4", Assert.Single((await service.PageAsync(new ReviewQuery { Tone = "mixed" })).Reviews).ReviewId);
        Assert.Equal("r2", Assert.Single((await service.PageAsync(new ReviewQuery { Text = "满意" })).Reviews).ReviewId);
        Assert.Equal(["r1"], (await service.PageAsync(new ReviewQuery { Topic = "defect", Product = "cup" })).Reviews.Select(r => r.ReviewId));
        var first = await service.PageAsync(new ReviewQuery { Limit = 3 });
        Assert.Equal(["r1", "r2", "r3", "r4"], first.Reviews.Concat((await service.PageAsync(new ReviewQuery { Limit = 3, After = first.Next })).Reviews).Select(r => r.ReviewId).Order());
        var overview = await service.OverviewAsync(new TimeRange(Make.Noon.AddDays(-20), Make.Noon.AddDays(2)), new TimeRange(Make.Noon.AddDays(-42), Make.Noon.AddDays(-20)));
        Assert.Equal((4L, 4L, 1L), (overview.Now.Count, overview.Now.Known, overview.Now.Bad));

        var person = new ErasedPerson("u1", ["u1"], null);
        foreach (var keeper in store.Services.GetServices<IPersonalData>().Reverse()) await keeper.EraseAsync(person);
        await Keeper(store).PassAsync();
        Assert.Equal(["r2", "r3"], (await store.Services.GetRequiredService<ReviewService>().PageAsync(new ReviewQuery())).Reviews.Select(r => r.ReviewId).Order());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_review_is_of_whoever_its_key_is_of_now_and_told_anew_of_another_person_is_theirs(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Make.Noon));
        var service = store.Services.GetRequiredService<ReviewService>();
        async Task<IEnumerable<string>> WritersAsync()
        {
            await Keeper(store).PassAsync();
            return (await service.PageAsync(new ReviewQuery())).Reviews.OrderBy(r => r.ReviewId).Select(r => $"{r.ReviewId} {r.UserId ?? "-"} {r.Alike ?? "-"}");
        }
        const string words = "A cup that is as good as one could wish for, and it came in time";
        await store.Writer.AppendAsync([Said("r1", "cup", words, 5, null, anonymous: "x"), Said("r2", "pot", words, 5, "bob"), Said("r3", "pan", words, 5, null)]);
        Assert.Equal(["r1 anon:x -", "r2 bob -", "r3 - -"], await WritersAsync());
        await store.Writer.AppendAsync([Make.Event("in", "Signed In", "ann", anonymous: "x"), Make.Event("v", user: "bea")]);
        Assert.Equal(["r1 ann -", "r2 bob -", "r3 - -"], await WritersAsync());
        Assert.Equal("ann", (await service.FindAsync("r1"))!.UserId);
        await store.Writer.ExclusiveAsync(s => s.MergeAsync(new Merge("m", "bea", "bob", "email", "Mia", Make.Noon)));
        Assert.Equal(["r1 ann -", "r2 bea -", "r3 - -"], await WritersAsync());
        await store.Writer.ExclusiveAsync(s => s.UnmergeAsync("m", "Mia", Make.Noon));
        Assert.Equal(["r1 ann -", "r2 bob -", "r3 - -"], await WritersAsync());

        // A file is imported again in which others wrote them.
        await store.Writer.ExclusiveAsync(s => s.RemoveMessagesAsync(["r2", "r3"]));
        await store.Writer.AppendAsync([Said("r2", "pot", words, 5, null), Said("r3", "pan", words, 5, "cid")]);
        Assert.Equal(["r1 ann -", "r2 - -", "r3 cid -"], await WritersAsync());
        Assert.Equal(3, await store.Database.ScalarAsync<long>("select count(*) from reviews"));

        // Nor is one told anew a copy of its own copy.
        await store.Writer.AppendAsync([Said("r4", "pan", words, 5, "dan")]);
        Assert.Equal("r4 dan r3", (await WritersAsync()).Last());
        await store.Writer.ExclusiveAsync(s => s.RemoveMessagesAsync(["r3"]));
        await store.Writer.AppendAsync([Said("r3", "pan", words, 5, "eve")]);
        Assert.Equal(["r3 eve -", "r4 dan r3"], (await WritersAsync()).TakeLast(2));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_score_is_shown_only_after_judgement_and_the_shops_own_model_takes_over(Engine engine)
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 20).Select(i => Said($"a{i}", "cup", $"great cup number {i}, I love it", 5, $"u{i}"))]);
        await Keeper(store).PassAsync();
        var service = store.Services.GetRequiredService<ReviewService>();
        Assert.False(service.Models.Of("en")!.Shows);
        // This shop's people say "zorgy" when they are content and "blarky" when they are not.
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 160).Select(i => Said($"b{i}", "pot", $"a {(i % 2 == 0 ? "zorgy" : "blarky")} pot in size {i}", i % 2 == 0 ? 5 : 1, $"v{i}"))]);
        await Keeper(store).PassAsync();
        Assert.True(service.Models.Of("en") is { Shows: true, Name: "starter", Judged: > 150 });

        var training = store.Services.GetRequiredService<TrainingService>();
        await training.QueueAsync("sentiment-en");
        await training.QueueAsync("sentiment-zh");
        await training.RunOpenAsync();
        var jobs = await training.JobsAsync();
        Assert.Equal("refused", jobs.Single(j => j.Kind == "sentiment-zh").Status);
        Assert.Equal("done", jobs.Single(j => j.Kind == "sentiment-en").Status);
        await Keeper(store).PassAsync();
        var model = service.Models.Of("en")!;
        Assert.Equal(("v1", true), (model.Name, model.Shows));
        Assert.True(model.Accuracy.Value > 0.95, $"{model.Accuracy}");
        Assert.True(model.Model.Predict("a zorgy pan") > 0.5 && model.Model.Predict("a blarky pan") < 0.5);
        Assert.Equal("v1", (await service.FindAsync("a1"))!.Model);
    }

    [Fact]
    public async Task A_later_model_of_tone_is_held_against_the_one_in_use_on_reviews_neither_has_learnt_from()
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(Engine.DuckDb, time);
        List<ShopEvent> Reviews(string id, string good, string bad) => [.. Enumerable.Range(0, 200).Select(i => Said($"{id}{i}", "pot", $"a {(i % 2 == 0 ? good : bad)} pot in size {id} {i}", i % 2 == 0 ? 5 : 1, $"v{i}"))];
        var training = store.Services.GetRequiredService<TrainingService>();
        var registry = store.Services.GetRequiredService<ModelRegistry>();
        async Task<ModelVersion> TrainAsync()
        {
            await Keeper(store).PassAsync();
            await training.QueueAsync("sentiment-en");
            await training.RunOpenAsync();
            return (await registry.ListAsync("sentiment-en")).MaxBy(v => v.Version)!;
        }
        await store.Writer.AppendAsync(Reviews("a", "zorgy", "blarky"));
        var first = await TrainAsync();
        Assert.Equal(("better", ModelVersion.Champion), (first.Verdict, first.Status));
        // The first version knows these words: the second cannot beat it by much, and is measured against it, not against the built-in one.
        var second = await TrainAsync();
        Assert.Equal(first.ReadQuality()["held accuracy"], second.ReadQuality()["accuracy in use"]);
        Assert.True(second.ReadQuality()["accuracy in use"] > 0.95, second.Quality);
        Assert.True(first.ReadQuality()["accuracy in use"] < 0.8, first.Quality);
        // What is judged by is what was held, not what was learnt from.
        var held = Enumerable.Range(0, 200).Count(i => HeldBack.Is($"a {(i % 2 == 0 ? "zorgy" : "blarky")} pot in size a {i}"));
        Assert.Equal((held, 200 - held), ((int)first.ReadQuality()["held reviews"], (int)first.RowCount));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task The_year_is_counted_in_the_store_as_one_would_by_hand_and_new_reviews_are_still_noticed(Engine engine)
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 400).Select(i => Said($"q{i}", "p" + i % 20, i % 12 == 0 ? "broken and late delivery" : "good price", i % 12 == 0 ? 2 : i % 12 == 1 ? null : 5, $"u{i}", Make.Noon.AddDays(-380).AddHours(22 * i)))]);
        await Keeper(store).PassAsync();
        var reviews = store.Services.GetRequiredService<ReviewStore>();
        var (from, near, quarter) = (Make.Noon.AddDays(-365), Make.Noon.AddDays(-44), Make.Noon.AddDays(-90));
        var marks = await reviews.MarksAsync(null, from, Make.Noon, default);
        var year = await reviews.YearAsync(from, quarter, near, Make.Noon, ["p3"], default);
        Assert.Equal((marks.Count, marks.Count(m => m.Bad), marks.Count(m => m.OccurredAt > quarter)), (year.Reviews, year.Bad, year.Quarter));
        Assert.Equal(marks.Count(m => m.OccurredAt < near && m.ProductId != "p3"), year.Before);
        foreach (var topic in ReviewTopics.All)
        {
            var about = marks.Where(m => m.Bad && m.Topics.Contains($" {topic} ", StringComparison.Ordinal)).ToList();
            Assert.Equal((about.Count + 1.0) / (marks.Count + 20), year.ShareOf(topic), 9);
            Assert.Equal(about.Count(m => m.OccurredAt < near && m.ProductId != "p3"), year.BeforeOf(topic));
        }
        // One topic rises over many products, none of which stands out alone.
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 16).Select(i => Said($"s{i}", "p" + i, "The courier came late, slow shipping", 2, $"w{i}", Make.Noon.AddHours(-16 + i)))]);
        await Keeper(store).PassAsync();
        var incident = Assert.Single(await store.Services.GetRequiredService<IncidentService>().ListAsync());
        Assert.Equal((null, "delivery"), (incident.ProductId, incident.Topic));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_surge_opens_one_incident_that_people_handle(Engine engine)
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        var usual = Enumerable.Range(0, 300).Select(i => Said($"q{i}", "p" + i % 10, i % 12 == 0 ? "bad colour" : "good", i % 12 == 0 ? 2 : 5, $"u{i}", Make.Noon.AddDays(-100).AddHours(8 * i))).ToList();
        await store.Writer.AppendAsync([.. usual, Make.Event("o1", "Order Completed", user: "b1", type: EventTypes.Item, product: "p3", quantity: 2, at: Make.Noon.AddDays(-3))]);
        await Keeper(store).PassAsync();
        var incidents = store.Services.GetRequiredService<IncidentService>();
        Assert.Empty(await incidents.ListAsync());

        await store.Writer.AppendAsync([.. Enumerable.Range(0, 9).Select(i => Said($"s{i}", "p3", "It leaks, broken on day one", 1, $"w{i}", Make.Noon.AddHours(-9 + i)))]);
        await Keeper(store).PassAsync();
        var incident = Assert.Single(await incidents.ListAsync());
        Assert.Equal(("p3", null, Incident.Open), (incident.ProductId, incident.Topic, incident.Status));
        Assert.True(incident.FalseAlarms < 0.5);
        Assert.True(incident.Hits >= 9);
        Assert.True((await incidents.ReviewsAsync(incident)).Count >= 9);
        var reach = await incidents.Reach.ReadAsync(IncidentService.ReachOf(incident)!.Value);
        Assert.Equal((1L, 2L), (reach.Buyers, reach.Units));

        await store.Writer.AppendAsync([Said("s10", "p3", "It leaks too", 1, "w10", Make.Noon)]);
        await Keeper(store).PassAsync();
        Assert.Equal(incident.Hits + 1, Assert.Single(await incidents.ListAsync()).Hits);

        Assert.True(await incidents.MoveAsync(incident.Id, Incident.Acknowledged, "ann"));
        Assert.False(await incidents.MoveAsync(incident.Id, Incident.Acknowledged, "ann"));
        await incidents.CommentAsync(incident.Id, "ann", "Batch 7");
        await incidents.MoveAsync(incident.Id, Incident.Closed, "ann", "replaced");
        await Keeper(store).PassAsync();
        Assert.Equal(Incident.Closed, Assert.Single(await incidents.ListAsync()).Status);
        Assert.Equal(["opened", "acknowledged", "comment", "closed"], (await incidents.NotesAsync(incident.Id)).Select(n => n.Kind));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Rules_may_watch_the_figures_and_open_and_close_incidents_once(Engine engine)
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        await store.Writer.AppendAsync([Said("a", "cup", "bad", 1, "u1", Make.Noon.AddDays(-2)), Said("b", "cup", "good", 5, "u2", Make.Noon.AddDays(-1)), Said("c", "pot", "good", 5, "u2", Make.Noon.AddDays(-30))]);
        await Keeper(store).PassAsync();
        var kpis = store.Services.GetServices<IKpiSource>().Single(k => k.Source == "reviews");
        Assert.Equal(0.5, (await kpis.ReadAsync(new KpiName("reviews", "negative_share", "cup"), Make.Noon))!.Value);
        Assert.Equal(2, (await kpis.ReadAsync(new KpiName("reviews", "reviews"), Make.Noon))!.Value);
        Assert.Null(await kpis.ReadAsync(new KpiName("reviews", "negative_share"), Make.Noon.AddDays(-60)));
        Assert.Null(await kpis.ReadAsync(new KpiName("reviews", "nonsense"), Make.Noon));
        var history = await kpis.HistoryAsync(new KpiName("reviews", "negative_share"), new TimeRange(Make.Noon.AddDays(-3), Make.Noon), TimeSpan.FromDays(1));
        Assert.Equal([1.0, 0.5, 0.5], history.Select(r => r.Value));

        var target = store.Services.GetServices<IActionTarget>().Single(t => t.Target == "incident");
        var open = new ActionRequest("q1", "incident", "open", "cup", new Dictionary<string, string> { ["title"] = "Look" }, "rule:1@1");
        var done = await target.ApplyAsync(open);
        Assert.Null(done.Refusal);
        await target.ApplyAsync(open);
        var service = store.Services.GetRequiredService<IncidentService>();
        var incident = Assert.Single(await service.ListAsync());
        Assert.Equal(("cup", "Look", "rule:1@1"), (incident.ProductId, incident.Title, incident.Cause));
        Assert.Null((await target.UndoAsync(open, done)).Refusal);
        Assert.Empty(await service.ListAsync(openOnly: true));
        Assert.NotNull((await target.UndoAsync(open, done)).Refusal);
        Assert.NotNull((await target.PreviewAsync(open with { Action = "close", ObjectId = "99" })).Refusal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reviews_given_by_hand_are_refused_by_field_or_stored_once(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Make.Noon));
        var service = store.Services.GetRequiredService<ReviewService>();
        NewReview good = new("1", "cup", "u1", null, 4, "Solid, it works", "kitchen", Make.Noon.AddDays(-1));
        var (stored, problems) = await service.AddAsync([good, good with { ReviewId = "2", ProductId = " " }, good with { ReviewId = "3", Rating = 9 }, good with { ReviewId = "4", Body = null, Rating = null }, good with { ReviewId = "5", At = Make.Noon.AddDays(1) }, good], "test");
        Assert.Equal(1, stored);
        Assert.Equal([(1, "product_id"), (2, "rating"), (3, "body"), (4, "at")], problems.Select(p => (p.Index, p.Field)));
        await Keeper(store).PassAsync();
        Assert.Equal("Solid, it works", Assert.Single((await service.PageAsync(new ReviewQuery { Product = "cup" })).Reviews).Body);
    }

    [Fact]
    public async Task A_file_of_reviews_comes_in_whatever_its_form_and_bad_rows_are_named_by_line()
    {
        await using var store = await OpenAsync(Engine.DuckDb, new FakeTimeProvider(Make.Noon));
        var command = store.Services.GetServices<ICommand>().Single(c => c.Name == "import-reviews");
        var folder = Directory.CreateTempSubdirectory("reviews");
        async Task<(int Code, string Output, string Errors)> RunAsync(string name, byte[] content)
        {
            var path = Path.Combine(folder.FullName, name);
            await File.WriteAllBytesAsync(path, content);
            var (output, errors) = (new StringWriter(), new StringWriter());
            return (await command.RunAsync([path], output, errors, default), output.ToString().Trim(), errors.ToString().Trim());
        }
        try
        {
            System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
            var chinese = System.Text.Encoding.GetEncoding("gb18030").GetBytes("product_id;stars;review\ncup;5;质量很好，做工精细，非常满意，下次还会再来购买\npot;1,0;包装破损，客服态度很差，要求退货退款也没有人处理\n");
            Assert.Equal((0, "2 read, 2 new, 0 known before, 0 refused.", ""), await RunAsync("zh.csv", chinese));
            Assert.Equal((0, "2 read, 0 new, 2 known before, 0 refused."), ((await RunAsync("zh.csv", chinese)) is var again ? (again.Code, again.Output) : default));
            var packed = new MemoryStream();
            await using (var zip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress))
                await zip.WriteAsync("product_id\tbody\tbody\trating\ncup\tgood\tx\t4\ncup\tbad\tx\tnine\n\tno product\tx\t3\ncup\tlater\tx\t77\n"u8.ToArray());
            var (code, said, errors) = await RunAsync("mixed.tsv.gz", packed.ToArray());
            Assert.Equal((1, "4 read, 1 new, 0 known before, 3 refused."), (code, said));
            Assert.Equal(["line 3, rating: 'nine' is not a number.", "line 4, product_id: A review belongs to a product.", "line 5, rating: 77 is not 1 to 5 stars."], errors.Split('\n').Select(l => l.Trim()));
            Assert.Contains("no column product_id; there are a, b", (await RunAsync("other.csv", "a,b\n1,2\n"u8.ToArray())).Errors, StringComparison.Ordinal);
            Assert.Equal(2, (await RunAsync("broken.csv.gz", [0x1f, 0x8b, 1, 2, 3])).Code);
            Assert.Equal(1, (await RunAsync("quote.csv", "product_id,body\ncup,\"never closed\n"u8.ToArray())).Code);
            await Keeper(store).PassAsync();
            Assert.Contains("质量很好", (await store.Services.GetRequiredService<ReviewService>().PageAsync(new ReviewQuery { Language = "zh", Tone = "good" })).Reviews.Single().Body, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private static ShopEvent Said(string id, string product, string body, double? stars, string? user, DateTimeOffset? at = null, string? anonymous = null) =>
        Make.Event(id, EventNames.ProductReviewed, user, anonymous, product: product, rating: stars, at: at ?? Make.Noon.AddDays(-1), received: at > Make.Noon ? at : Make.Noon, properties: JsonSerializer.Serialize(new { review_body = body }));

    private static ReviewKeeper Keeper(TestStore store) => store.Services.GetRequiredService<ReviewKeeper>();

    private static async Task<TestStore> OpenAsync(Engine engine, FakeTimeProvider time)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine, [new LearningModule(), new ReviewsModule(), new ProfilesModule(), new CatalogModule()], time, s => s.AddSingleton<IAuditLog>(new NoAudit()).AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
    }
}
