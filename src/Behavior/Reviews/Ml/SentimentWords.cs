using System.Collections.Frozen;

namespace BehaviorDashboard.Reviews.Ml;

/// <summary>Words that are good or bad in what shoppers write, written for this product; a "not" before them turns them.</summary>
internal static class SentimentWords
{
    private const string GoodEnglish = """
        good great excellent amazing awesome fantastic wonderful perfect perfectly love loved loves loving lovely best better nice nicely happy pleased pleasant satisfied satisfying satisfaction
        impressed impressive recommend recommended recommends beautiful beautifully comfortable comfy easy easily sturdy solid reliable fast quick quickly prompt promptly helpful friendly polite
        courteous delicious tasty fresh clean crisp clear clearly bright sharp smooth soft durable quality worth worthwhile bargain value affordable cheaply favorite favourite enjoy enjoyed
        enjoyable enjoying fun funny hilarious brilliant superb outstanding exceptional delightful delighted charming elegant stylish sleek handy useful convenient works worked flawless flawlessly
        thrilled thanks thank grateful glad super cool awesomely stunning gorgeous incredible incredibly terrific fabulous phenomenal magnificent spectacular marvelous splendid masterpiece classic
        memorable touching moving powerful captivating gripping engaging interesting fascinating refreshing inspiring talented gem treat tender juicy flavorful authentic generous attentive welcoming
        cozy warm spotless reasonable priced pros satisfied winner win liked likes believable creative genuine heart strong well simple light lightweight compact accurate superior exactly
        beat ideal admirable appreciate appreciated advantage blessing capable cheerful commendable compliment dependable dream effective efficient effortless enchanting energetic excited exciting
        finest gift glorious goodness graceful handsome honest imaginative improved improvement innovative intelligent intuitive jewel joy kind legendary lively luxurious masterful neat perfection
        pleasing plus positive precious premium pretty pro professional proud quiet rich right robust romantic safe seamless sincere skilled smart snug spacious speedy stable steady subtle success
        successful suitable sweet terrifically thoughtful top trust trustworthy unique upgrade valuable versatile vivid wow yummy satisfactory hooked addictive loud-and-clear thumbs
        """;

    private const string BadEnglish = """
        bad worse worst terrible horrible awful poor poorly disappointing disappointed disappointment disappoint dissatisfied useless broken broke break breaks breaking defective defect faulty flawed
        fail failed fails failure cheap flimsy junk garbage trash crap crappy rubbish waste wasted wasting refund return returned returning hate hated hates avoid never slow slowly late delayed
        delay rude unhelpful unfriendly ignored overpriced expensive uncomfortable hard difficult annoying annoyed irritating boring bored dull bland tasteless dry cold stale gross disgusting nasty
        dirty filthy smelly smell stinks stink sick sucks sucked suck stupid ridiculous pathetic lousy mediocre weak loose leaks leak leaking cracked crack torn scratched stopped died dead dies
        problem problems issue issues trouble complaint complain complained unfortunately sadly regret mistake wrong missing lost lacks lacking unreliable unusable unacceptable unprofessional
        misleading fake false lie lied scam fraud ripped rip-off joke mess messy clumsy painful pain hurts ugly cheesy predictable cliche pointless plotless lame forgettable unconvincing wooden
        amateurish overrated undercooked overcooked greasy soggy burnt burned salty flavorless tough rubbery frozen unimpressed underwhelming underwhelmed insult insulting insulted cons angry
        frustrated frustrating frustration horrid dreadful appalling abysmal atrocious shame embarrassing embarrassed worthless inferior insufficient static echo drops dropped muffled garbled
        bothered sloppy shoddy tinny rattles fades faded peeled shrank shrunk drain drained crashes crashed crash freezes freeze disconnected unwatchable torture tedious confusing confused nonsense
        hollow bogus beware careless cruel damage damaged dangerous deceptive defects denied depressing disaster disgrace disrespectful doubt dump empty error errors excuse fell flaws forever
        flop fools hassle horribly hopeless horror ignorant impossible inaccurate inadequate incompetent inconsistent inconvenient inedible infuriating injured insane jerk lacked lag limited
        limp lies miserable misses murky negative noisy nothing obnoxious odd offended outdated overhyped panic petty poison pricey puzzled refused refuse rejected reject ripoff rotten rough ruined
        rushed sad scary selfish senseless severe shabby sharp-edged short-lived shallow sour sorry struggle tacky tired tiresome troubled ugh unbearable unclear uneven unhappy uninspired
        uninteresting unpleasant unsatisfactory unsatisfied unstable upset vile violated vomit warped weird whine wobbly wore worn worried
        """;

    private const string GoodChinese = """
        好 很好 不错 满意 喜欢 棒 赞 优秀 完美 舒服 舒适 漂亮 好看 美观 精致 精美 结实 耐用 实用 方便 好用 快 很快 迅速 及时 热情 耐心 周到 贴心 专业 便宜 实惠 划算 超值 值得 值 性价比 推荐 好评 正品 放心 惊喜
        感谢 谢谢 开心 高兴 愉快 新鲜 好吃 美味 香 甜 清晰 流畅 干净 整洁 安静 柔软 合身 合适 轻便 大方 时尚 经典 感动 精彩 有趣 深刻 受益 启发 收获 支持 给力 厉害 牛 爱 超好 一流 到位 靠谱 稳定 省心 物超所值 物美价廉
        很棒 做工好 质量好 服务好 态度好 温馨 宽敞 强大 好闻 柔顺 清爽 五星 再来 回购 还会买 下次还来 值得信赖 无可挑剔 爱不释手 百看不厌 引人入胜
        """;

    private const string BadChinese = """
        差 很差 太差 坏 坏了 烂 破 破损 糟糕 糟 失望 后悔 垃圾 假 假货 骗 骗人 欺骗 上当 坑 恶心 难看 难吃 难闻 难用 难受 臭 异味 味道大 慢 太慢 贵 太贵 不值 小气 退货 退款 退 投诉 差评 问题 毛病 故障 缺陷 瑕疵 漏水 漏 裂 开裂 断
        断了 掉 掉色 褪色 起球 变形 粗糙 毛糙 廉价 劣质 山寨 盗版 错误 错 错别字 无聊 枯燥 乏味 失败 郁闷 气愤 生气 无语 不爽 讨厌 敷衍 冷漠 恶劣 推卸 推脱 拖延 吵 噪音 脏 旧 破旧 小 偏小 死机 卡 发热 发烫 烫 划痕 没法 无法 浪费 白花 白买
        坑爹 坑人 太次 次品 忽悠 虚假 夸大 缩水 空洞 肤浅 晕 痒 刺鼻 掉毛 掉漆 松动 生锈 烂掉 发霉 过期 少发 漏发 错发 压坏 危险 可惜 遗憾 悲剧 倒霉 上火 闹心 麻烦 别买 千万别 慎重 一般 一般般 凑合 鸡肋 不如
        """;

    private const string NegationsChinese = "不没无未别非";

    private static readonly FrozenDictionary<string, int> Words = Split(GoodEnglish, 1).Concat(Split(BadEnglish, -1)).GroupBy(w => w.Key).ToFrozenDictionary(g => g.Key, g => g.First().Value);

    private static readonly FrozenDictionary<string, int> ChineseWords = Split(GoodChinese, 1).Concat(Split(BadChinese, -1)).GroupBy(w => w.Key).ToFrozenDictionary(g => g.Key, g => g.First().Value);

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Look = Words.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> LookChinese = ChineseWords.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly int Longest = ChineseWords.Keys.Max(w => w.Length);
    private static readonly ulong Good = TextPieces.Key("good", 9);
    private static readonly ulong Bad = TextPieces.Key("bad", 9);

    public static ulong Key(int tone) => tone > 0 ? Good : Bad;

    /// <returns>1 good, -1 bad, 0 neither.</returns>
    public static int English(ReadOnlySpan<char> word) => Look.TryGetValue(word, out var tone) ? tone : 0;

    /// <summary>The longest known word at each place, turned by a "not" within two characters before it.</summary>
    public static void FindChinese(ReadOnlySpan<char> text, List<Piece> pieces, int block)
    {
        for (var i = 0; i < text.Length;)
        {
            var found = 0;
            for (var n = Math.Min(Longest, text.Length - i); n > 0 && found == 0; n--)
                if (LookChinese.TryGetValue(text.Slice(i, n), out var tone))
                {
                    found = n;
                    var turned = i > 0 && NegationsChinese.Contains(text[i - 1]) || i > 1 && NegationsChinese.Contains(text[i - 2]);
                    pieces.Add(new Piece(Key(turned ? -tone : tone), i, n, block));
                }
            i += Math.Max(1, found);
        }
    }

    private static IEnumerable<KeyValuePair<string, int>> Split(string words, int tone) =>
        words.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct().Select(w => KeyValuePair.Create(w, tone));
}
