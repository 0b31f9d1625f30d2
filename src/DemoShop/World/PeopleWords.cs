namespace BehaviorDashboard.DemoShop;

/// <summary>What invented people are called and where they live. Chinese names carry their pinyin for the e-mail address.</summary>
internal static class PeopleWords
{
    public static readonly string[] First =
    [
        "Emma", "Liam", "Olivia", "Noah", "Ava", "Ethan", "Mia", "Lucas", "Amelia", "Mason", "Sophie", "Logan", "Isla", "James", "Grace", "Henry",
        "Chloe", "Leo", "Ruby", "Oscar", "Freya", "Theo", "Nora", "Felix", "Clara", "Max", "Hannah", "Jonas", "Lena", "Paul", "Marie", "Ben",
        "Zoe", "Samuel", "Ella", "Daniel", "Alice", "Adam", "Julia", "Victor", "Anna", "Hugo", "Ivy", "Owen", "Maya", "Caleb", "Priya", "Arjun",
        "Elena", "Mateo", "Lucia", "Diego", "Sara", "Ali", "Leila", "Omar", "Ingrid", "Erik", "Astrid", "Nils", "Rosa", "Marco", "Giulia", "Luca",
    ];

    public static readonly string[] Last =
    [
        "Smith", "Johnson", "Brown", "Taylor", "Wilson", "Davies", "Evans", "Walker", "Wright", "Hughes", "Green", "Hall", "Clarke", "Cooper", "Ward",
        "Morgan", "Bailey", "Parker", "Bennett", "Foster", "Hayes", "Reed", "Brooks", "Price", "Murphy", "Kelly", "Byrne", "Müller", "Schmidt", "Weber",
        "Fischer", "Becker", "Wagner", "Hoffmann", "Martin", "Bernard", "Dubois", "Laurent", "Garcia", "Lopez", "Romero", "Silva", "Costa", "Rossi",
        "Bianchi", "Novak", "Kowalski", "Larsen", "Hansen", "Berg", "Lindgren", "Patel", "Sharma", "Khan", "Nguyen", "Tran", "Kim", "Park", "Tanaka", "Sato",
    ];

    public static readonly (string Chinese, string Pinyin)[] Surnames =
    [
        ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"), ("赵", "zhao"), ("黄", "huang"), ("周", "zhou"),
        ("吴", "wu"), ("徐", "xu"), ("孙", "sun"), ("胡", "hu"), ("朱", "zhu"), ("高", "gao"), ("林", "lin"), ("何", "he"), ("郭", "guo"), ("马", "ma"), ("罗", "luo"),
    ];

    public static readonly (string Chinese, string Pinyin)[] Given =
    [
        ("伟", "wei"), ("芳", "fang"), ("娜", "na"), ("敏", "min"), ("静", "jing"), ("丽", "li"), ("强", "qiang"), ("磊", "lei"), ("洋", "yang"), ("艳", "yan"),
        ("勇", "yong"), ("杰", "jie"), ("涛", "tao"), ("明", "ming"), ("超", "chao"), ("雪", "xue"), ("晨", "chen"), ("梓涵", "zihan"), ("子轩", "zixuan"), ("雨桐", "yutong"),
        ("浩然", "haoran"), ("思远", "siyuan"), ("嘉怡", "jiayi"), ("欣怡", "xinyi"), ("一诺", "yinuo"), ("宇航", "yuhang"), ("诗琪", "shiqi"), ("梦洁", "mengjie"),
    ];

    /// <summary>Where people live, with the share of each among those who read English.</summary>
    public static readonly (string Country, string City, double Weight)[] EnglishPlaces =
    [
        ("US", "New York", 0.16), ("US", "Chicago", 0.10), ("US", "Seattle", 0.10), ("US", "Austin", 0.08), ("GB", "London", 0.16), ("GB", "Manchester", 0.07),
        ("CA", "Toronto", 0.08), ("AU", "Sydney", 0.07), ("DE", "Berlin", 0.08), ("FR", "Lyon", 0.05), ("NL", "Utrecht", 0.05),
    ];

    public static readonly (string Country, string City, double Weight)[] ChinesePlaces =
    [
        ("CN", "上海", 0.26), ("CN", "北京", 0.18), ("CN", "杭州", 0.14), ("CN", "深圳", 0.14), ("CN", "成都", 0.12), ("SG", "Singapore", 0.10), ("MY", "Kuala Lumpur", 0.06),
    ];
}
