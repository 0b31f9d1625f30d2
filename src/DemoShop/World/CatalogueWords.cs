namespace BehaviorDashboard.DemoShop;

/// <summary>A word in both languages of the shop.</summary>
public sealed record Bilingual(string English, string Chinese)
{
    /// <summary>The English words as they stand inside a sentence: "LED bulb set".</summary>
    public string Spoken => string.Join(' ', English.Split(' ').Select(word => word.Any(char.IsLower) ? word.ToLowerInvariant() : word));
}

/// <summary>A kind of thing the shop sells, with the price its plain edition costs.</summary>
internal sealed record Noun(string English, string Chinese, int Price);

internal sealed record CategoryWords(string Id, string English, string Chinese, double Elasticity, int PeakDay, double Amplitude, string[] Brands, Noun[] Nouns);

/// <summary>What the catalogue is made of.</summary>
internal static class Catalogue
{
    /// <summary>Editions with their price relative to the plain one.</summary>
    public static readonly (string English, string Chinese, double Price)[] Editions =
    [
        ("Classic", "经典", 1.0), ("Studio", "匠作", 1.2), ("Lite", "轻享", 0.85), ("Pro", "专业", 1.5), ("Mini", "迷你", 0.75),
        ("Nordic", "北欧", 1.1), ("Heritage", "传承", 1.35), ("Urban", "都市", 1.0), ("Everyday", "日常", 0.9),
    ];

    public static readonly string[] Suppliers =
    [
        "Baltic Homeware", "Jade River Trading", "Lindqvist & Sons", "Pacific Rim Supply", "Suzhou Craft Union",
        "Tessera Goods", "Northwind Wholesale", "Harbour Textiles", "Golden Crane Import", "Alpine Makers",
    ];

    /// <summary>What people look for and the shop does not stock, most wanted first.</summary>
    public static readonly Bilingual[] NotStocked =
    [
        new("standing desk", "升降桌"), new("air fryer", "空气炸锅"), new("robot vacuum", "扫地机器人"), new("baby stroller", "婴儿推车"),
        new("electric scooter", "电动滑板车"), new("gift card", "礼品卡"), new("office chair", "办公椅"), new("sunglasses", "太阳镜"),
        new("phone case", "手机壳"), new("mattress", "床垫"), new("rain boots", "雨靴"), new("bread maker", "面包机"),
    ];

    public static readonly CategoryWords[] Categories =
    [
        new("coffee-tea", "Coffee & Tea", "咖啡与茶", 1.8, 350, 0.25, ["Kettlewell", "Morro", "Yunding", "Brava"],
            [new("Pour-over Kettle", "手冲壶", 58), new("Coffee Grinder", "磨豆机", 89), new("French Press", "法压壶", 39), new("Espresso Cups", "浓缩咖啡杯", 24),
            new("Travel Mug", "随行杯", 28), new("Teapot", "茶壶", 42), new("Loose-leaf Tea", "散装茶", 18), new("Coffee Beans", "咖啡豆", 16),
            new("Milk Frother", "奶泡器", 32), new("Cold Brew Jar", "冷萃壶", 35), new("Tea Tray", "茶盘", 64)]),
        new("kitchen", "Kitchen", "厨房用品", 1.6, 340, 0.2, ["Oakhurst", "Forno", "Qingshan", "Tessel"],
            [new("Cast Iron Pan", "铸铁锅", 62), new("Chef's Knife", "主厨刀", 75), new("Cutting Board", "砧板", 34), new("Mixing Bowls", "调理碗", 38),
            new("Wok", "炒锅", 68), new("Steamer Basket", "蒸笼", 29), new("Spice Rack", "调料架", 41), new("Kitchen Scale", "厨房秤", 27),
            new("Storage Jars", "储物罐", 33), new("Apron", "围裙", 25), new("Salad Spinner", "沙拉脱水器", 30)]),
        new("textiles", "Home Textiles", "家纺", 2.2, 330, 0.3, ["Linden", "Havn", "Sujin", "Morrow"],
            [new("Linen Throw", "亚麻盖毯", 69), new("Wool Blanket", "羊毛毯", 98), new("Cushion Cover", "抱枕套", 26), new("Bath Towel", "浴巾", 24),
            new("Duvet Cover", "被套", 89), new("Table Runner", "桌旗", 32), new("Curtain Panel", "窗帘", 58), new("Bath Mat", "浴室地垫", 28),
            new("Pillowcase", "枕套", 22), new("Kitchen Towels", "厨房毛巾", 18), new("Area Rug", "地毯", 139)]),
        new("lighting", "Lighting", "灯具", 2.0, 320, 0.35, ["Lumo", "Halden", "Guangyu", "Arc & Co"],
            [new("Desk Lamp", "台灯", 64), new("Floor Lamp", "落地灯", 129), new("Pendant Light", "吊灯", 98), new("Bedside Lamp", "床头灯", 52),
            new("String Lights", "串灯", 24), new("Night Light", "小夜灯", 19), new("Candle Lantern", "烛台灯", 36), new("Reading Light", "阅读灯", 29),
            new("Paper Lantern", "纸灯笼", 33), new("Wall Sconce", "壁灯", 74), new("LED Bulb Set", "LED灯泡套装", 21)]),
        new("stationery", "Stationery", "文具", 1.4, 245, 0.4, ["Papermill", "Inkwell", "Mojing", "Folio"],
            [new("Dotted Notebook", "点阵笔记本", 16), new("Fountain Pen", "钢笔", 48), new("Brush Pens", "软头彩笔", 22), new("Desk Organizer", "桌面收纳", 36),
            new("Weekly Planner", "周计划本", 24), new("Washi Tape", "和纸胶带", 9), new("Pencil Case", "笔袋", 19), new("Sketchbook", "素描本", 21),
            new("Letter Set", "信纸套装", 14), new("Ink Bottle", "墨水", 17), new("Calligraphy Set", "书法套装", 44)]),
        new("bags", "Bags", "箱包", 2.4, 230, 0.25, ["Wayfarer", "Strand", "Xingzhe", "Corvo"],
            [new("Canvas Tote", "帆布托特包", 38), new("Backpack", "双肩包", 84), new("Messenger Bag", "邮差包", 92), new("Weekender", "旅行袋", 118),
            new("Laptop Sleeve", "电脑内胆包", 32), new("Crossbody Bag", "斜挎包", 59), new("Packing Cubes", "旅行收纳袋", 29), new("Card Holder", "卡包", 24),
            new("Toiletry Bag", "洗漱包", 27), new("Belt Bag", "腰包", 35), new("Market Bag", "网兜", 15)]),
        new("outdoor", "Outdoor", "户外", 2.1, 185, 0.6, ["Ridgeline", "Fjell", "Shanye", "Campo"],
            [new("Camping Stove", "露营炉", 79), new("Trekking Poles", "登山杖", 66), new("Insulated Bottle", "保温壶", 34), new("Hammock", "吊床", 58),
            new("Headlamp", "头灯", 39), new("Picnic Blanket", "野餐垫", 42), new("Folding Chair", "折叠椅", 72), new("Rain Poncho", "雨披", 31),
            new("Cool Box", "保冷箱", 88), new("Sleeping Bag", "睡袋", 119), new("Lunch Set", "户外餐具", 26)]),
        new("fitness", "Fitness", "健身", 2.3, 12, 0.5, ["Kinetic", "Flowa", "Liangdong", "Stride"],
            [new("Yoga Mat", "瑜伽垫", 54), new("Resistance Bands", "弹力带", 22), new("Kettlebell", "壶铃", 48), new("Foam Roller", "泡沫轴", 29),
            new("Jump Rope", "跳绳", 16), new("Adjustable Dumbbells", "可调哑铃", 149), new("Pilates Ball", "普拉提球", 19), new("Sports Towel", "运动毛巾", 15),
            new("Massage Gun", "筋膜枪", 109), new("Balance Board", "平衡板", 67), new("Shaker Bottle", "摇摇杯", 14)]),
        new("skin-care", "Skin Care", "护肤", 1.5, 20, 0.15, ["Botanik", "Aqua Verde", "Bailu", "Sage Hill"],
            [new("Face Cream", "面霜", 36), new("Cleansing Balm", "卸妆膏", 28), new("Hand Cream", "护手霜", 14), new("Vitamin Serum", "维C精华", 44),
            new("Sunscreen", "防晒霜", 26), new("Sheet Masks", "面膜", 19), new("Body Lotion", "身体乳", 22), new("Lip Balm", "润唇膏", 8),
            new("Bath Salts", "浴盐", 17), new("Face Oil", "护肤油", 39), new("Toner", "爽肤水", 24)]),
        new("toys", "Toys & Games", "玩具", 2.5, 352, 0.9, ["Tumbleweed", "Kiko", "Tongqu", "Woodlet"],
            [new("Wooden Blocks", "积木", 34), new("Board Game", "桌游", 39), new("Plush Bear", "毛绒熊", 26), new("Jigsaw Puzzle", "拼图", 22),
            new("Train Set", "火车套装", 68), new("Kite", "风筝", 24), new("Play Dough", "彩泥", 12), new("Dollhouse", "娃娃屋", 112),
            new("Science Kit", "科学实验盒", 42), new("Marble Run", "滚珠轨道", 49), new("Card Game", "卡牌", 15)]),
        new("pets", "Pets", "宠物", 1.3, 120, 0.1, ["Pawson", "Whisker & Co", "Maoqiu", "Fetch"],
            [new("Dog Bed", "狗窝", 72), new("Cat Tree", "猫爬架", 96), new("Slow Feeder", "慢食碗", 18), new("Leash", "牵引绳", 24),
            new("Cat Litter Mat", "猫砂垫", 21), new("Water Fountain", "宠物饮水机", 46), new("Chew Toys", "磨牙玩具", 14), new("Pet Carrier", "宠物包", 62),
            new("Grooming Brush", "梳毛刷", 16), new("Treat Jar", "零食罐", 19), new("Scratching Post", "猫抓板", 28)]),
        new("audio", "Audio", "音频", 2.8, 330, 0.35, ["Sonant", "Echo Park", "Yinhe", "Vinta"],
            [new("Wireless Earbuds", "无线耳机", 89), new("Bluetooth Speaker", "蓝牙音箱", 74), new("Over-ear Headphones", "头戴耳机", 139), new("Turntable", "黑胶唱机", 189),
            new("Desk Microphone", "桌面麦克风", 98), new("Soundbar", "回音壁", 159), new("Shower Speaker", "浴室音箱", 38), new("Audio Cable", "音频线", 14),
            new("Earbud Case", "耳机收纳盒", 16), new("Headphone Stand", "耳机架", 29), new("Portable Radio", "收音机", 54)]),
    ];
}
