using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.ServiceDesk;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>What pages and workers ask of what people wrote: reviews, and conversations with the service desk.</summary>
public sealed partial class SpreadTests
{
    private const int Asker = 7;

    private static ShopEvent Written(string id, int i) =>
        Make.Event(id, EventNames.ProductReviewed, i % 5 == 0 ? null : $"u{i}", anonymous: i % 5 == 1 ? $"a{i}" : null, at: Make.Noon.AddHours(-i), product: $"p{i % 3}", rating: i % 2 == 0 ? 5 : 1, properties: """{"review_body":"The handle broke, terrible quality"}""");

    private static async Task FillReviewsAsync(TestStore store)
    {
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 30).Select(i => Written($"r{i}", i))]);
        await store.Services.GetRequiredService<ReviewKeeper>().PassAsync();
        // Not yet read, and gone since.
        await store.Writer.AppendAsync([.. Enumerable.Range(30, 6).Select(i => Written($"r{i}", i))]);
        await store.Writer.ExclusiveAsync(session => session.RemoveMessagesAsync(["r3", "r4"]));
    }

    private static async Task FillDeskAsync(TestStore store)
    {
        var desk = store.Services.GetRequiredService<ConversationService>();
        for (var i = 1; i <= 12; i++)
        {
            var asked = (await desk.ReceiveAsync(new InboundMessage($"c{i}", $"m{i}", i % 4 == 0 ? null : $"u{i}", null, null, i % 2 == 0 ? "Hello, where is my order?" : "The item arrived broken and it leaks. I want a replacement."))).Conversation!;
            if (i % 3 == 0) await desk.ReplyAsync(asked, "ann", "It is on its way.");
            await desk.SetIntentAsync(asked, "delivery_time");
            await desk.AssignAsync(asked, "ann");
        }
    }

    private static IReadOnlyList<Question> ReviewQuestions(IServiceProvider services)
    {
        var (reviews, store) = (services.GetRequiredService<ReviewService>(), services.GetRequiredService<ReviewStore>());
        var month = new TimeRange(Make.Noon.AddDays(-30), Make.Noon);
        return
        [
            new("the newest reviews", Kind.OfAll, async () => await reviews.PageAsync(new ReviewQuery { Limit = 10 })),
            new("a review by its id", Kind.OfAll, async () => await reviews.FindAsync("r11")),
            new("what reviews come to", Kind.OfAll, async () =>
            {
                var seen = await reviews.OverviewAsync(month, new TimeRange(month.From.AddDays(-30), month.From));
                return new { seen.Now, Groups = seen.Products.Concat(seen.Topics).Select(g => $"{g.Key} {g.Count} {g.Known} {g.Bad.Value}"), Days = seen.Trend.Select(d => d.Reviews), Words = seen.Rising.Select(w => w.Word) };
            }),
            new("a year of reviews", Kind.OfAll, async () => await store.YearAsync(Make.Noon.AddDays(-365), Make.Noon.AddDays(-90), Make.Noon.AddDays(-44), Make.Noon, [], default)),
            new("reviews not yet read", Kind.OfAll, async () => await store.UnreadAsync(DateTimeOffset.UnixEpoch, 100, default)),
            new("reviews by a model", Kind.OfAll, async () => await store.NotScoredByAsync("another", "en", 10, default)),
        ];
    }

    private static async Task<IReadOnlyList<Question>> DeskQuestionsAsync(IServiceProvider services)
    {
        var (desk, store) = (services.GetRequiredService<ConversationService>(), services.GetRequiredService<ConversationStore>());
        var one = (await desk.QueueAsync(new QueueQuery())).Single(c => c.UserId == $"u{Asker}");
        return
        [
            new("the queue of the desk", Kind.OfAll, async () => await desk.QueueAsync(new QueueQuery())),
            new("how the desk stands", Kind.OfAll, async () => await desk.FiguresAsync()),
            new("who complains", Kind.OfAll, async () => (await store.ComplainingAsync(default)).Order()),
            new("a conversation by its number", Kind.OfAll, async () => await desk.FindAsync(one.Id)),
            new("what was said in it", Kind.OfOne, async () => await desk.MessagesAsync(one)),
            new("who takes it", Kind.OfOne, async () =>
            {
                await desk.AssignAsync(one, "ann");
                return null;
            }),
            new("a message that came before", Kind.OfAll, async () => (await desk.ReceiveAsync(new InboundMessage($"c{Asker}", $"m{Asker}", one.UserId, null, null, "Hello, where is my order?"))).New),
            new("what agents said it is about", Kind.Gathered, async () => await store.LabelsAsync("en", default)),
        ];
    }
}
