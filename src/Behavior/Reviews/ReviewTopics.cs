namespace BehaviorDashboard.Reviews;

/// <summary>What a review speaks about, by words of both languages.</summary>
public static class ReviewTopics
{
    private static readonly (string Key, string English, string Chinese)[] Words =
    [
        ("quality", "quality material materials made flimsy sturdy solid durable build finish edges wore worn cheaply well-made lasted last lasts", "质量 做工 材质 材料 质感 结实 耐用 粗糙 毛糙 手感 用料 品质 廉价"),
        ("defect", "broken broke break defect defective leaks leak leaking cracks crack cracked faulty stopped dead died damaged seal unusable dangerous malfunction doesn't-work not-working", "坏的 坏了 破损 漏水 缺陷 开裂 断了 裂 故障 不能用 没法用 瑕疵 危险 失灵 损坏"),
        ("delivery", "delivery delivered shipping shipped ship arrived arrive late courier parcel delay delayed fast-shipping dispatch transit", "物流 快递 发货 送货 送来 到货 晚到 配送 运输 收到 送到"),
        ("packaging", "packaging packed package packing box boxed wrapped crushed carton bubble", "包装 盒子 箱子 压坏 外盒 纸箱 包裹"),
        ("price", "price priced money value expensive cheap cheaper cost costs cent worth sale discount bargain overpriced", "价格 性价比 便宜 贵 划算 实惠 超值 不值 物超所值 活动价 优惠 降价"),
        ("size", "size sized sizes fit fits fitted small smaller large larger big bigger tight loose width length", "尺寸 尺码 大小 偏小 偏大 太小 太大 合身 看起来小 码数 长度"),
        ("service", "service support answered answer reply replied refund staff customer-service helpful rude response contact seller return", "客服 服务 态度 售后 回复 退款 卖家 店家 退货 换货 处理"),
        ("look", "look looks colour color beautiful design elegant style pretty ugly photos photo picture appearance shade", "好看 颜色 外观 设计 漂亮 图片 色差 款式 实物 美观 难看"),
        ("described", "described description expected promised advertised misleading photos as-shown", "描述 图片 宣传 不符 一致 预期 承诺 虚假"),
        ("use", "use easy works work clean simple comfortable everyday daily handy instructions setup manual", "好用 使用 方便 清洁 舒适 舒服 每天 操作 说明书 安装 实用"),
    ];

    private static readonly Dictionary<string, List<string>> English = Index();

    /// <summary>Every topic, in the order shown.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Words.Select(w => w.Key)];

    /// <returns>Keys with a blank before and after each, in the order of <see cref="All"/>; empty where none is named.</returns>
    public static string Of(string text)
    {
        var found = new HashSet<string>();
        foreach (var word in text.ToLowerInvariant().Split([' ', '\n', '\r', '\t', '.', ',', '!', '?', ';', ':', '"', '(', ')', '/'], StringSplitOptions.RemoveEmptyEntries))
            if (English.TryGetValue(word, out var keys)) found.UnionWith(keys);
        foreach (var (key, _, chinese) in Words)
            if (!found.Contains(key) && chinese.Split(' ').Any(w => text.Contains(w, StringComparison.Ordinal))) found.Add(key);
        return found.Count == 0 ? "" : " " + string.Join(' ', All.Where(found.Contains)) + " ";
    }

    private static Dictionary<string, List<string>> Index()
    {
        var index = new Dictionary<string, List<string>>();
        foreach (var (key, english, _) in Words)
            foreach (var word in english.Split(' '))
            {
                if (!index.TryGetValue(word, out var keys)) index[word] = keys = [];
                keys.Add(key);
            }
        return index;
    }
}
