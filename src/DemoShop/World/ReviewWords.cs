namespace BehaviorDashboard.DemoShop;

/// <summary>What a review sentence is about; known truth for topic models.</summary>
public enum ReviewTopic
{
    Quality,
    Delivery,
    Value,
    Look,
    Defect,
}

/// <summary>Sentences of reviews by topic and tone, in both languages. <c>{0}</c> is the thing bought.</summary>
internal static class ReviewWords
{
    private static readonly Dictionary<(ReviewTopic, bool), Bilingual[]> Said = new()
    {
        [(ReviewTopic.Quality, true)] =
        [
            new("The {0} feels solid and well made.", "这个{0}做工扎实，质感很好。"), new("Great quality, better than I expected.", "质量很好，超出预期。"),
            new("I use the {0} every day and it still looks new.", "{0}每天都在用，还跟新的一样。"), new("Lovely material and clean finish.", "材质舒服，细节处理得很干净。"),
            new("Works exactly as described.", "和描述完全一致，很好用。"), new("Sturdy, and easy to clean.", "结实耐用，也好清洁。"),
        ],
        [(ReviewTopic.Quality, false)] =
        [
            new("The {0} feels cheap and flimsy.", "{0}感觉很廉价，不结实。"), new("Poor quality, disappointing for the price.", "质量差，对不起这个价格。"),
            new("It wore out after two weeks.", "用了两周就坏了。"), new("Rough edges and a strong smell.", "边角毛糙，味道很大。"), new("Not what the photos promised.", "和图片差距太大。"),
        ],
        [(ReviewTopic.Delivery, true)] =
        [
            new("Arrived quickly and well packed.", "物流很快，包装完好。"), new("Fast shipping, thank you.", "发货快，谢谢。"), new("Delivered a day early.", "比预计早一天送到。"),
        ],
        [(ReviewTopic.Delivery, false)] =
        [
            new("Delivery took far too long.", "物流太慢了，等了很久。"), new("The parcel was late and nobody answered.", "快递晚到，也没人回复。"), new("It came late and the box was crushed.", "送来晚了，盒子还压坏了。"),
        ],
        [(ReviewTopic.Value, true)] =
        [
            new("Good value for money.", "性价比很高。"), new("Worth every cent.", "物超所值。"), new("Bought it on sale, very happy.", "活动价买的，很满意。"),
        ],
        [(ReviewTopic.Value, false)] =
        [
            new("Too expensive for what it is.", "太贵了，不值这个价。"), new("I have seen better for half the price.", "一半的价格就能买到更好的。"),
        ],
        [(ReviewTopic.Look, true)] =
        [
            new("Looks beautiful in our home.", "放在家里特别好看。"), new("The colour is even nicer in person.", "实物颜色比图片更好看。"), new("Elegant design, friends ask about it.", "设计很雅致，朋友都来问。"),
        ],
        [(ReviewTopic.Look, false)] =
        [
            new("The colour is off.", "颜色有偏差。"), new("Smaller than it looks online.", "比网上看起来小。"),
        ],
        [(ReviewTopic.Defect, false)] =
        [
            new("It leaks, the seal is broken.", "漏水，密封圈是坏的。"), new("Arrived broken and unusable.", "收到就是坏的，没法用。"), new("Stopped working on day one, the part is defective.", "第一天就不能用，零件有缺陷。"),
            new("Same defect as others report: it cracks.", "和别人说的一样，会开裂。"), new("Dangerous: it broke in my hand. I want a refund.", "很危险，拿在手里就断了，要求退款。"),
        ],
    };

    private static readonly Bilingual[] Middling = [new("It is okay, nothing special.", "一般般，没什么特别。"), new("Does the job, but could be better.", "能用，但还可以更好。"), new("Mixed feelings about the {0}.", "对这个{0}感觉一般。")];

    /// <summary>The body of a review and what it speaks about, worst or best thing first.</summary>
    public static (string Body, IReadOnlyList<ReviewTopic> Topics) Compose(ref DemoRandom random, DemoProduct product, int rating, bool late, bool defect, bool chinese)
    {
        List<ReviewTopic> topics = [];
        List<string> sentences = [];
        if (rating == 3) sentences.Add(Word(random.Pick(Middling), product, chinese));
        var good = rating >= 4;
        if (defect) Say(ref random, ReviewTopic.Defect, false);
        if (late) Say(ref random, ReviewTopic.Delivery, false);
        if (!defect && (rating != 3 || !late)) Say(ref random, random.Chance(0.6) ? ReviewTopic.Quality : random.Pick([ReviewTopic.Value, ReviewTopic.Look]), rating == 3 ? random.Chance(0.5) : good);
        if (good && !late && random.Chance(0.35)) Say(ref random, random.Pick([ReviewTopic.Delivery, ReviewTopic.Value, ReviewTopic.Look]), true);
        return (string.Join(chinese ? "" : " ", sentences), topics);

        void Say(ref DemoRandom random, ReviewTopic topic, bool positive)
        {
            if (topics.Contains(topic)) return;
            topics.Add(topic);
            sentences.Add(Word(random.Pick(Said[(topic, positive)]), product, chinese));
        }
    }

    private static string Word(Bilingual sentence, DemoProduct product, bool chinese) => chinese
        ? sentence.Chinese.Replace("{0}", product.Noun.Chinese, StringComparison.Ordinal)
        : sentence.English.Replace("{0}", product.Noun.Spoken, StringComparison.Ordinal);
}
