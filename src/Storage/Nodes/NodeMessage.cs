using BehaviorDashboard.Events;

namespace BehaviorDashboard.Nodes;

/// <summary>What one node tells the others. Messages of a node are numbered, so that a missed one is noticed.</summary>
internal abstract record NodeMessage(string Node, long Number)
{
    private enum Kind : byte { Beat, Events, Rewritten, News }

    /// <summary>The node is there; also when it has nothing to tell.</summary>
    internal sealed record Beat(string Node, long Number) : NodeMessage(Node, Number);

    /// <summary>What a commit stored.</summary>
    internal sealed record Events(string Node, long Number, CommittedBatch Batch) : NodeMessage(Node, Number);

    /// <summary>Stored history was changed.</summary>
    internal sealed record Rewritten(string Node, long Number) : NodeMessage(Node, Number);

    internal sealed record News(string Node, long Number, IReadOnlyList<(string Topic, string Text)> All) : NodeMessage(Node, Number);

    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        to.Write((byte)(this switch { Events => Kind.Events, Rewritten => Kind.Rewritten, News => Kind.News, _ => Kind.Beat }));
        to.Write(Node);
        to.Write(Number);
        if (this is Events events) Write(to, events.Batch);
        if (this is News news)
        {
            to.Write(news.All.Count);
            foreach (var (topic, text) in news.All)
            {
                to.Write(topic);
                to.Write(text);
            }
        }
        to.Flush();
        return bytes.ToArray();
    }

    public static NodeMessage Read(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes));
        var kind = (Kind)from.ReadByte();
        var (node, number) = (from.ReadString(), from.ReadInt64());
        return kind switch
        {
            Kind.Events => new Events(node, number, ReadBatch(from)),
            Kind.Rewritten => new Rewritten(node, number),
            Kind.News => new News(node, number, [.. Enumerable.Range(0, from.ReadInt32()).Select(_ => (from.ReadString(), from.ReadString()))]),
            _ => new Beat(node, number),
        };
    }

    private static void Write(BinaryWriter to, CommittedBatch batch)
    {
        to.Write(batch.Links.Count);
        foreach (var link in batch.Links)
        {
            to.Write(link.Alias);
            to.Write(link.PersonKey);
            to.Write(link.Kind);
            to.Write(link.Since.UtcTicks);
            to.Write(link.Owner);
        }
        to.Write(batch.Events.Count);
        foreach (var e in batch.Events) Write(to, e);
    }

    // What listeners ask of an event; of its properties only those of a search, which say whether anything was found.
    private static void Write(BinaryWriter to, ShopEvent e)
    {
        to.Write(e.MessageId);
        to.Write(e.ReceivedAt.UtcTicks);
        to.Write(e.OccurredAt.UtcTicks);
        to.Write(e.Type);
        to.Write(e.Name);
        to.Write(e.SourceId);
        to.Write(e.BeganSession);
        string?[] texts = [e.PersonKey, e.StoredKey, e.UserId, e.AnonymousId, e.SessionId, e.ProductId, e.Category, e.Currency, e.OrderId, e.CampaignId, e.RecommendationId, e.Query, e.Name == EventNames.ProductsSearched ? e.Properties : null];
        var there = 0;
        for (var i = 0; i < texts.Length; i++)
            if (texts[i] is not null) there |= 1 << i;
        if (e.Price is not null) there |= 1 << 16;
        if (e.Quantity is not null) there |= 1 << 17;
        if (e.Revenue is not null) there |= 1 << 18;
        if (e.Rating is not null) there |= 1 << 19;
        to.Write(there);
        foreach (var text in texts)
            if (text is not null) to.Write(text);
        if (e.Price is { } price) to.Write(price);
        if (e.Quantity is { } quantity) to.Write(quantity);
        if (e.Revenue is { } revenue) to.Write(revenue);
        if (e.Rating is { } rating) to.Write(rating);
    }

    private static CommittedBatch ReadBatch(BinaryReader from)
    {
        var links = new IdentityLink[from.ReadInt32()];
        for (var i = 0; i < links.Length; i++) links[i] = new IdentityLink(from.ReadString(), from.ReadString(), from.ReadString(), Time(from), from.ReadString());
        var events = new ShopEvent[from.ReadInt32()];
        for (var i = 0; i < events.Length; i++) events[i] = ReadEvent(from);
        return new CommittedBatch(events, links);
    }

    private static ShopEvent ReadEvent(BinaryReader from)
    {
        var (id, received, occurred) = (from.ReadString(), Time(from), Time(from));
        var (type, name, source, began) = (from.ReadString(), from.ReadString(), from.ReadString(), from.ReadBoolean());
        var there = from.ReadInt32();
        // In the order written.
        return new ShopEvent
        {
            MessageId = id, ReceivedAt = received, OccurredAt = occurred, Type = type, Name = name, SourceId = source, BeganSession = began,
            PersonKey = Text(0), StoredKey = Text(1), UserId = Text(2), AnonymousId = Text(3), SessionId = Text(4), ProductId = Text(5), Category = Text(6), Currency = Text(7),
            OrderId = Text(8), CampaignId = Text(9), RecommendationId = Text(10), Query = Text(11), Properties = Text(12),
            Price = Has(16) ? from.ReadDecimal() : null, Quantity = Has(17) ? from.ReadInt32() : null, Revenue = Has(18) ? from.ReadDecimal() : null, Rating = Has(19) ? from.ReadDouble() : null,
        };

        bool Has(int bit) => (there & 1 << bit) != 0;

        string? Text(int bit) => Has(bit) ? from.ReadString() : null;
    }

    private static DateTimeOffset Time(BinaryReader from) => new(from.ReadInt64(), TimeSpan.Zero);
}
