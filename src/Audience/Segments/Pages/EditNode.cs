namespace BehaviorDashboard.Segments.Pages;

/// <summary>A rule while somebody builds it: every field may be half done.</summary>
public sealed class EditNode
{
    public const string Separator = "|";

    public string Kind { get; set; } = "all";
    public bool Negated { get; set; }
    public List<EditNode> Children { get; } = [];
    public string Name { get; set; } = "";
    public string Then { get; set; } = "";
    public Comparison Op { get; set; } = Comparison.AtLeast;
    public Matching Match { get; set; } = Matching.Is;
    public Measure Measure { get; set; } = Measure.Count;
    public Occasion Occasion { get; set; } = Occasion.Any;
    public decimal? Value { get; set; } = 1;
    public decimal? To { get; set; }
    public string Text { get; set; } = "";
    public int? Hours { get; set; } = 24;
    public int Segment { get; set; }
    public WindowKind Window { get; set; } = WindowKind.Ever;
    public int? Days { get; set; } = 30;
    public DateOnly? From { get; set; }
    public DateOnly? Until { get; set; }
    public FavouriteOf Most { get; set; }
    public List<EditFilter> Where { get; } = [];

    /// <summary>Filters of the second step of a sequence.</summary>
    public List<EditFilter> ThenWhere { get; } = [];

    /// <summary>Takes the focus when it is shown next: it has just been added or moved.</summary>
    public bool WantsFocus { get; set; }

    public bool IsGroup => Kind is "all" or "any";

    /// <param name="kind">A kind of condition, or <c>search</c>: an event condition that asks for search words.</param>
    public static EditNode Condition(string kind)
    {
        var node = new EditNode
        {
            Kind = kind == "search" ? "did" : kind,
            Name = kind switch { "feature" => "orders", "did" or "favourite" => "Product Viewed", "sequence" => "Product Added", "search" => "Products Searched", _ => "" },
            Then = kind == "sequence" ? "Order Completed" : "",
            Window = kind is "did" or "search" or "favourite" ? WindowKind.Within : WindowKind.Ever,
        };
        if (kind == "search") node.Where.Add(new EditFilter { Property = "query", Match = Matching.Contains });
        return node;
    }

    public static EditNode Of(Rule rule)
    {
        var node = rule switch
        {
            AllOf => new EditNode { Kind = "all" },
            AnyOf => new EditNode { Kind = "any" },
            Not not => Of(not.Rule),
            FeatureRule f => new EditNode { Kind = "feature", Name = f.Feature, Op = f.Op, Value = f.Value, To = f.To },
            TraitRule t => new EditNode { Kind = "trait", Name = t.Trait, Match = t.Op, Text = Joined(t.Values) },
            DidRule d => new EditNode { Kind = "did", Name = d.Event, Measure = d.Measure, Op = d.Op, Value = d.Value, To = d.To, Occasion = d.Occasion },
            SequenceRule s => new EditNode { Kind = "sequence", Name = s.First.Event, Then = s.Then.Event, Hours = s.WithinHours },
            FavouriteRule f => new EditNode { Kind = "favourite", Name = f.Event, Most = f.Of, Text = Joined(f.Values) },
            SegmentRule s => new EditNode { Kind = "segment", Segment = s.Segment },
            GroupRule g => new EditNode { Kind = "divided", Name = g.Grouping + Separator + g.Group },
            _ => throw new NotSupportedException(rule.GetType().Name),
        };
        if (rule is Not) node.Negated = !node.Negated;
        else node.Children.AddRange(rule.Children.Select(Of));
        var when = rule switch { DidRule d => d.When, SequenceRule s => s.When, FavouriteRule f => f.When, _ => null };
        if (when is not null) (node.Window, node.Days, node.From, node.Until) = (when.Kind, when.Days ?? 30, when.From, when.To);
        node.Where.AddRange(Filters(rule switch { DidRule d => d.Where, SequenceRule s => s.First.Where, FavouriteRule f => f.Where, _ => [] }));
        node.ThenWhere.AddRange(Filters(rule is SequenceRule then ? then.Then.Where : []));
        return node;
    }

    public Rule ToRule()
    {
        Rule rule = Kind switch
        {
            "all" => new AllOf([.. Children.Select(c => c.ToRule())]),
            "any" => new AnyOf([.. Children.Select(c => c.ToRule())]),
            "feature" => new FeatureRule(Name, Op, HasNumber ? Value : null, Op == Comparison.Between ? To : null),
            "trait" => new TraitRule(Name.Trim(), Match, Values(Match, Text)),
            "did" => new DidRule(Name.Trim()) { Measure = Measure, Op = Op, Value = Value ?? 0, To = Op == Comparison.Between ? To : null, Where = Filters(Where), When = When(), Occasion = Occasion },
            "favourite" => new FavouriteRule(Name.Trim(), Most, Values(Matching.Is, Text)!) { Where = Filters(Where), When = When() },
            "sequence" => new SequenceRule(new EventStep(Name.Trim()) { Where = Filters(Where) }, new EventStep(Then.Trim()) { Where = Filters(ThenWhere) }, Hours ?? 0) { When = When() },
            "divided" => new GroupRule(Name.Split(Separator, 2)[0], Name.Split(Separator, 2)[^1]),
            _ => new SegmentRule(Segment),
        };
        return Negated ? new Not(rule) : rule;
    }

    public bool HasNumber => Op is not (Comparison.Known or Comparison.Unknown);

    private Window When() => Window switch
    {
        WindowKind.Between => new Window(Window, null, From, Until),
        WindowKind.Ever => Segments.Window.Ever,
        _ => new Window(Window, Days ?? 0),
    };

    private static IEnumerable<EditFilter> Filters(IEnumerable<PropertyFilter> filters) => filters.Select(f => new EditFilter { Property = f.Property, Match = f.Op, Text = Joined(f.Values) });

    private static List<PropertyFilter> Filters(List<EditFilter> filters) => [.. filters.Where(f => f.Property.Trim().Length > 0).Select(f => new PropertyFilter(f.Property.Trim(), f.Match, Values(f.Match, f.Text)))];

    private static string[]? Values(Matching op, string text) => op is Matching.Known or Matching.Unknown ? null : text.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Joined(IReadOnlyList<string>? values) => string.Join($" {Separator} ", values ?? []);
}

/// <summary>A property filter while somebody builds it.</summary>
public sealed class EditFilter
{
    public string Property { get; set; } = "";
    public Matching Match { get; set; } = Matching.Is;
    public string Text { get; set; } = "";
}
