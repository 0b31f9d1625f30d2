using BehaviorDashboard.Reviews;
using BehaviorDashboard.Reviews.Ml;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Reviews;

public class TextModelTests
{
    [Theory]
    [InlineData("Great quality, better than I expected.", "en")]
    [InlineData("Sturdy, easy clean", "en")]
    [InlineData("质量很好，超出预期。", "zh")]
    [InlineData("屏幕 OK，电池 not bad 不错", "zh")]
    [InlineData("C'est très joli et pas cher", null)]
    [InlineData("Sehr gute Qualität, ich bin zufrieden", null)]
    [InlineData("とても良い商品です", null)]
    [InlineData("Очень хорошо", null)]
    [InlineData("12345 !!!", null)]
    [InlineData("👍👍", null)]
    [InlineData("", null)]
    public void Tells_English_and_Chinese_and_abstains_elsewhere(string text, string? language) => Assert.Equal(language, TextLanguage.Of(text));

    [Theory]
    [InlineData("en", "I am happy with it, it works great", "Broken on arrival, terrible, I want a refund")]
    [InlineData("zh", "很满意，非常好用", "太差了，坏的，要退款")]
    public void The_starter_reads_plain_praise_and_plain_complaint(string language, string good, string bad)
    {
        var model = SentimentModels.StarterOf(language);
        Assert.True(model.Predict(good) > 0.65, $"{model.Predict(good)}");
        Assert.True(model.Predict(bad) < 0.35, $"{model.Predict(bad)}");
    }

    [Fact]
    public void The_shares_of_words_add_up_to_the_score_and_a_written_model_reads_the_same()
    {
        var model = SentimentModels.StarterOf("en");
        using var bytes = new MemoryStream(model.Write());
        var read = SentimentModel.Read(bytes);
        double Odds(string text) => Math.Log(model.Predict(text) / (1 - model.Predict(text)));
        var nothing = Odds("");
        Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Const(' '), Gen.Const('!'), Gen.Char['\u4e00', '\u4e10']), 0, 120].Sample(text =>
        {
            var words = model.Explain(text);
            Assert.Equal(text.Length, words.Sum(w => w.Length));
            Assert.Equal(Odds(text) - nothing, words.Sum(w => w.Weight), 3);
            Assert.Equal(model.Predict(text), read.Predict(text), 9);
        }, iter: 200);
    }

    [Fact]
    public void Any_text_is_read_without_failing()
    {
        var (english, chinese) = (SentimentModels.StarterOf("en"), SentimentModels.StarterOf("zh"));
        Gen.String[0, 300].Sample(text =>
        {
            Assert.InRange(english.Predict(text), 0, 1);
            Assert.InRange(chinese.Predict(text), 0, 1);
            _ = ReviewTopics.Of(text) + TextLanguage.Of(text) + english.Explain(text).Count + chinese.Explain(text).Count;
        }, iter: 500);
        Assert.InRange(english.Predict(new string('x', 100_000)), 0, 1);
        Assert.Equal(100_000, chinese.Explain(new string('好', 100_000)).Sum(w => w.Length));
    }

    [Fact]
    public void Learns_what_sets_texts_apart_and_says_how_sure_it_may_be()
    {
        var random = new Random(3);
        string[] good = ["lovely", "solid", "quick"], bad = ["wobbly", "dull", "late"], any = ["the", "cup", "box", "blue", "arrived", "today"];
        var texts = Enumerable.Range(0, 400).Select(i => new RatedText(string.Join(' ', any.OrderBy(_ => random.Next()).Take(3).Append((i % 2 == 0 ? good : bad)[random.Next(3)])), i % 2 == 0)).ToList();
        var trained = SentimentTrainer.Train(texts, TextShape.English, 1);
        Assert.True(trained.Quality.Accuracy > 0.98);
        Assert.Equal(400, trained.Quality.Texts);
        Assert.True(trained.Model.Explain("the cup is wobbly").MinBy(w => w.Weight) is { Start: 11 });
    }

    [Fact]
    public void Random_labels_are_not_learnt()
    {
        var random = new Random(5);
        var texts = Enumerable.Range(0, 300).Select(i => new RatedText(string.Join(' ', Enumerable.Range(0, 8).Select(_ => "w" + random.Next(60))), random.Next(2) == 0)).ToList();
        Assert.InRange(SentimentTrainer.Train(texts, TextShape.English, 1).Quality.Accuracy, 0.35, 0.65);
    }

    [Theory]
    [InlineData("Delivery took far too long and the box was crushed.", "delivery packaging")]
    [InlineData("漏水，密封圈是坏的。", "defect")]
    [InlineData("性价比很高", "price")]
    [InlineData("Hello there", "")]
    public void Tells_what_a_review_is_about(string text, string topics) => Assert.Equal(topics, ReviewTopics.Of(text).Trim());

    [Fact]
    public void Only_longer_texts_in_nearly_the_same_words_are_alike()
    {
        const string Text = "I bought this cup for my mother and she uses it every single morning with great joy.";
        var runs = Likeness.Runs(Text, "en")!;
        Assert.True(Likeness.Same(runs, Likeness.Runs(Text.Replace("great joy", "much joy", StringComparison.Ordinal).ToUpperInvariant(), "en")!));
        Assert.False(Likeness.Same(runs, Likeness.Runs("I bought this lamp for my father and he reads with it in the evening until late at night.", "en")!));
        Assert.Null(Likeness.Runs("Good quality!", "en"));
        Assert.NotNull(Likeness.Runs("这个杯子做工扎实质感很好每天都在用还跟新的一样", "zh"));
    }

    [Theory]
    [InlineData(6, 164, 0, 335, 0.0011841)]
    [InlineData(4, 20, 9, 300, 0.0055621)]
    [InlineData(2_050, 3_000, 1_950, 3_000, 0.0033481)]
    [InlineData(1, 10, 5, 10, 1)]
    [InlineData(5_000, 5_000, 5_000, 5_000, 1)]
    public void The_tail_of_a_word_is_that_of_the_hypergeometric_distribution(int now, int of, int before, int ofBefore, double p) => Assert.Equal(p, RisingWords.Tail(now, of, before, ofBefore), 6);

    [Fact]
    public void Words_rise_only_beyond_chance()
    {
        static Review Said(int i, string body, string language) => new($"r{i}", null, "p", null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 1, body, language, null, null, "", null);
        var before = Enumerable.Range(0, 100).Select(i => Said(i, "works fine for breakfast", "en")).ToList();
        var now = Enumerable.Range(0, 40).Select(i => Said(i, i < 15 ? "handle cracked again" : "works fine for breakfast", "en")).ToList();
        Assert.Contains(RisingWords.Of(now, before, 10), w => w.Word == "cracked" && w.Now == 15 && w.Before == 0);
        Assert.Empty(RisingWords.Of(before, before, 10));
        Assert.Empty(RisingWords.Of(now, [], 10));
        var chinese = Enumerable.Range(0, 30).Select(i => Said(i, i < 12 ? "杯子漏水严重" : "质量很好", "zh")).ToList();
        Assert.Contains(RisingWords.Of(chinese, [.. Enumerable.Range(0, 80).Select(i => Said(i, "质量很好", "zh"))], 10), w => w.Word.Contains("漏水", StringComparison.Ordinal));
    }
}
