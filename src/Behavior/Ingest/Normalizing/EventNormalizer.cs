using System.Text.Json;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Ingest;

/// <summary>
/// Turns one event as it was sent into rows of <c>events</c>: names and properties of other vocabularies, amounts, clocks,
/// and the lines of an order. Knows nothing of HTTP. One instance serves all threads.
/// </summary>
public sealed class EventNormalizer(IOptions<IngestOptions> options, IOptions<ShopOptions> shop)
{
    private const int LongestId = 255;
    private const int LongestText = 2_048;
    private const int DeepestValue = 32;

    private readonly StringCache _cache = new();
    private readonly Redactor _redactor = new(options.Value);
    private readonly IngestOptions _options = options.Value;
    private readonly ShopOptions _shop = shop.Value;

    [ThreadStatic]
    private static Scratch? _scratch;

    private sealed class Scratch(StringCache cache)
    {
        public StringCache Cache => cache;
        public Facts Facts { get; } = new(cache);
        public Facts Line { get; } = new(cache);
    }

    /// <summary>Adds the event's rows to <paramref name="into"/>: one, and one for each product line of an order.</summary>
    /// <param name="json">Exactly one JSON object, already known to be well-formed.</param>
    /// <returns>Why it was not taken, or null.</returns>
    public Rejection? Normalize(ReadOnlySpan<byte> json, Arrival arrival, List<ShopEvent> into)
    {
        if (json.Length > _options.EventBytes) return new Rejection(RejectionCodes.TooLarge, "", $"is {json.Length:N0} bytes; an event may have {_options.EventBytes:N0}.");
        var scratch = _scratch is { } mine && mine.Cache == _cache ? mine : _scratch = new Scratch(_cache);
        var sent = new Sent();
        if (Read(json, ref sent) is { } malformed) return malformed;
        var facts = scratch.Facts;
        facts.Clear();
        if (sent.Properties is { } properties) facts.Read(json[properties], "properties.", _redactor);
        if (facts.Problem is not null) return facts.Problem;
        var contextual = new Context();
        if (arrival.Context.Length > 0) ReadContext(arrival.Context.Span, ref contextual);
        if (sent.Context is { } context) ReadContext(json[context], ref contextual);
        return Build(json, arrival, sent, facts, scratch.Line, contextual, into);
    }

    private struct Sent
    {
        public string? Type, Event, Name, UserId, AnonymousId, DistinctId, PreviousId, GroupId, MessageId, Category;
        public DateTimeOffset? Timestamp, OriginalTimestamp, SentAt;
        public double? Offset;
        public Range? Properties, Traits, Context, SentAtText;
    }

    private struct Context
    {
        public string? Url, Session, Campaign, Traits;

        /// <summary>Segment's <c>context.active: false</c>: nobody was at the screen, so it belongs to no visit.</summary>
        public bool Inactive;
    }

    private Rejection? Read(ReadOnlySpan<byte> json, ref Sent sent)
    {
        var reader = new Utf8JsonReader(json, JsonText.AnyDepth);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return new Rejection(RejectionCodes.NotAnObject, "", "is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = EventWords.Fields.Find(reader.ValueSpan);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            switch (field)
            {
                case Field.Type: sent.Type = Text(ref reader); break;
                case Field.Event: sent.Event = Text(ref reader); break;
                case Field.Name: sent.Name = Text(ref reader); break;
                case Field.Category: sent.Category = Text(ref reader); break;
                case Field.UserId: sent.UserId = Text(ref reader); break;
                case Field.AnonymousId: sent.AnonymousId = Text(ref reader); break;
                case Field.DistinctId: sent.DistinctId = Text(ref reader); break;
                case Field.PreviousId: sent.PreviousId = Text(ref reader); break;
                case Field.GroupId: sent.GroupId = Text(ref reader); break;
                case Field.MessageId: sent.MessageId = Text(ref reader, StringCache.None); break;
                case Field.Timestamp when !Times.TryRead(ref reader, _cache, out sent.Timestamp): return BadTime("timestamp");
                case Field.OriginalTimestamp when !Times.TryRead(ref reader, _cache, out sent.OriginalTimestamp): return BadTime("originalTimestamp");
                case Field.SentAt when !Times.TryRead(ref reader, _cache, out sent.SentAt): return BadTime("sentAt");
            }
            if (field == Field.Offset && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var offset)) sent.Offset = offset;
            if (JsonText.Skip(ref reader) > DeepestValue) return new Rejection(RejectionCodes.TooDeep, "", $"nests deeper than {DeepestValue} levels.");
            if (field == Field.SentAt) sent.SentAtText = start..(int)reader.BytesConsumed;
            if (json[start] != (byte)'{') continue;
            var range = start..(int)reader.BytesConsumed;
            if (field == Field.Properties) sent.Properties = range;
            if (field == Field.Traits) sent.Traits = range;
            if (field == Field.Context) sent.Context = range;
        }
        return null;

        static Rejection BadTime(string field) => new(RejectionCodes.InvalidTime, field, "is not a time; send ISO 8601 such as 2026-03-10T12:00:00Z.");
    }

    private string? Text(ref Utf8JsonReader reader) => Text(ref reader, _cache);

    private static string? Text(ref Utf8JsonReader reader, StringCache cache) =>
        reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? null : JsonText.Filled(ref reader, cache);

    private void ReadContext(ReadOnlySpan<byte> json, ref Context context)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var page = reader.ValueTextEquals("page"u8);
            var campaign = reader.ValueTextEquals("campaign"u8);
            var session = reader.ValueTextEquals("sessionId"u8) || reader.ValueTextEquals("session_id"u8);
            var traits = reader.ValueTextEquals("traits"u8);
            var active = reader.ValueTextEquals("active"u8);
            reader.Read();
            if (active) context.Inactive = reader.TokenType == JsonTokenType.False;
            var start = (int)reader.TokenStartIndex;
            if (session) context.Session = Text(ref reader) ?? context.Session;
            JsonText.Skip(ref reader);
            var value = json[start..(int)reader.BytesConsumed];
            if (value.Length <= 2 || value[0] != (byte)'{') continue;
            if (page) context.Url = Member(value, "url"u8) ?? context.Url;
            if (campaign) context.Campaign = Member(value, "id"u8) ?? Member(value, "name"u8) ?? context.Campaign;
            if (traits) context.Traits = SafeJson.Distinct(value);
        }
    }

    private string? Member(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found) return Text(ref reader);
            JsonText.Skip(ref reader);
        }
        return null;
    }

    private Rejection? Build(ReadOnlySpan<byte> json, Arrival arrival, Sent sent, Facts facts, Facts line, Context context, List<ShopEvent> into)
    {
        var (type, name, problem) = Naming.Of(arrival, sent.Type, sent.Event, sent.Name);
        if (problem is not null) return problem;
        if (type == EventTypes.Track)
        {
            name = EventWords.CartChange(name, facts.Action);
            if (facts.Products is { } only && EventWords.IsOfOneProduct(name)) facts.TakeOnly(json[sent.Properties!.Value][only], line, _redactor);
        }
        var (userId, anonymousId) = Naming.PersonOf(sent.UserId ?? arrival.UserId, sent.AnonymousId ?? arrival.AnonymousId, sent.DistinctId ?? (arrival.Shape == EventShape.PostHog ? facts.DistinctId : null), type, facts);
        // PostHog says in a property which key turned out to be this person.
        var previousId = sent.PreviousId ?? (arrival.Shape == EventShape.PostHog && type == EventTypes.Alias ? facts.Alias : null);
        if (CheckIds(userId, anonymousId, previousId, sent.MessageId) is { } invalid) return invalid;
        if (facts.Quantity is { } quantity && (decimal.Truncate(quantity) != quantity || Math.Abs(quantity) > int.MaxValue)) return BadQuantity("properties.quantity");
        if (facts.Currency is { } currency && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)))
            return new Rejection(RejectionCodes.InvalidValue, "properties.currency", "is not a three-letter ISO 4217 code such as EUR.");

        var (rate, shown) = Rate(facts.Currency);
        var messageId = sent.MessageId ?? arrival.MessageId ?? DerivedId.Of(json, arrival, sent.OriginalTimestamp ?? sent.Timestamp, sent.SentAtText);
        var told = sent.OriginalTimestamp ?? sent.Timestamp ?? arrival.Timestamp;
        // PostHog's browser client says how long ago it was instead of when.
        var occurred = told is null && arrival.Shape == EventShape.PostHog && sent.Offset is > 0 and < 1e12 ? arrival.ReceivedAt.AddMilliseconds(-sent.Offset.Value)
            : Clock.Correct(arrival.ReceivedAt, sent.SentAt ?? arrival.SentAt, told);
        var isOrder = type == EventTypes.Track && name is EventNames.OrderCompleted or EventNames.OrderRefunded;
        var lines = isOrder && facts.Products is { } products ? json[sent.Properties!.Value][products] : default;
        if (!isOrder && facts.Products is { } kept) facts.KeepProducts(json[sent.Properties!.Value][kept]);
        // A checkout names the revenue it would bring; only an order brings it.
        if (!isOrder && facts.Revenue is { } hoped) facts.Keep("revenue"u8, hoped);
        if (type == EventTypes.Group && sent.GroupId is not null) facts.Keep("groupId"u8, sent.GroupId);
        if (sent.Category is not null && type == EventTypes.Page) facts.Keep("page_category"u8, sent.Category);

        var at = into.Count;
        into.Add(null!);
        var sum = 0m;
        if (lines.Length > 0 && ReadLines(lines, line, new LineParent(messageId, arrival, occurred, userId, anonymousId, name, facts.OrderId, facts.CampaignId, facts.Session ?? context.Session, rate, shown), into, ref sum) is { } badLine)
        {
            into.RemoveRange(at, into.Count - at);
            return badLine;
        }
        var revenue = isOrder ? Naming.RevenueOf(name, facts, lines.Length > 0 ? sum : null) : null;
        into[at] = new ShopEvent
        {
            MessageId = messageId,
            ReceivedAt = arrival.ReceivedAt,
            OccurredAt = occurred,
            Type = type,
            Name = name,
            SourceId = arrival.SourceId,
            UserId = userId,
            AnonymousId = anonymousId,
            PreviousId = previousId,
            SessionId = Cut(facts.Session ?? context.Session),
            OutsideSessions = context.Inactive,
            ProductId = Cut(facts.ProductId ?? facts.Sku),
            Category = Cut(facts.Category),
            Price = Convert(facts.Price, rate),
            Quantity = (int?)facts.Quantity,
            Currency = shown,
            Revenue = Convert(revenue, rate),
            OrderId = Cut(facts.OrderId),
            CampaignId = Cut(facts.CampaignId ?? context.Campaign),
            RecommendationId = Cut(facts.RecommendationId),
            Query = Cut(Redactor.CleanText(facts.Query)),
            Rating = (double?)facts.Rating,
            Url = Cut(_redactor.CleanUrl(facts.Url ?? context.Url)),
            Properties = type == EventTypes.Identify ? null : facts.Rest,
            Traits = TraitsOf(json, arrival, sent, facts, context, type),
        };
        return null;
    }

    private sealed record LineParent(string MessageId, Arrival Arrival, DateTimeOffset Occurred, string? UserId, string? AnonymousId, string Name, string? OrderId, string? CampaignId, string? Session, decimal Rate, string? Currency);

    private Rejection? ReadLines(ReadOnlySpan<byte> json, Facts line, LineParent parent, List<ShopEvent> into, ref decimal sum)
    {
        var sign = parent.Name == EventNames.OrderRefunded ? -1 : 1;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) return null;
        for (var n = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; n++)
        {
            var start = (int)reader.TokenStartIndex;
            JsonText.Skip(ref reader);
            line.Clear();
            line.Read(json[start..(int)reader.BytesConsumed], $"properties.products[{n - 1}].", _redactor);
            if (line.Problem is not null) return line.Problem;
            var quantity = line.Quantity ?? 1;
            if (decimal.Truncate(quantity) != quantity || Math.Abs(quantity) > int.MaxValue) return BadQuantity($"properties.products[{n - 1}].quantity");
            sum += (line.Price ?? 0) * Math.Abs(quantity);
            into.Add(new ShopEvent
            {
                MessageId = $"{parent.MessageId}#{n}",
                ReceivedAt = parent.Arrival.ReceivedAt,
                OccurredAt = parent.Occurred,
                Type = EventTypes.Item,
                Name = parent.Name,
                SourceId = parent.Arrival.SourceId,
                UserId = parent.UserId,
                AnonymousId = parent.AnonymousId,
                SessionId = Cut(parent.Session),
                ProductId = Cut(line.ProductId ?? line.Sku),
                Category = Cut(line.Category),
                Price = Convert(line.Price, parent.Rate),
                Quantity = (int)(Math.Abs(quantity) * sign),
                Currency = parent.Currency,
                OrderId = Cut(parent.OrderId),
                CampaignId = Cut(parent.CampaignId),
                RecommendationId = Cut(line.RecommendationId),
                Properties = line.Rest,
            });
        }
        return null;
    }

    private static string? TraitsOf(ReadOnlySpan<byte> json, Arrival arrival, Sent sent, Facts facts, Context context, string type)
    {
        if (sent.Traits is { } traits && type is not EventTypes.Group) return SafeJson.Distinct(json[traits]);
        if (facts.Set is { } set && json[sent.Properties!.Value][set] is [(byte)'{', ..] named) return SafeJson.Distinct(named);
        return context.Traits ?? (arrival.Traits.Length > 0 ? SafeJson.Distinct(arrival.Traits.Span) : null);
    }

    private static Rejection BadQuantity(string field) => new(RejectionCodes.InvalidValue, field, "is not a whole number.");

    private static Rejection? CheckIds(string? userId, string? anonymousId, string? previousId, string? messageId)
    {
        if (userId is null && anonymousId is null) return new Rejection(RejectionCodes.MissingIdentity, "userId", "names nobody: send userId or anonymousId.");
        if (userId is not null && PersonKey.IsAnonymous(userId)) return new Rejection(RejectionCodes.InvalidId, "userId", $"must not begin with '{PersonKey.AnonymousPrefix}'.");
        foreach (var (field, id) in new[] { ("userId", userId), ("anonymousId", anonymousId), ("previousId", previousId), ("messageId", messageId) })
            if (id?.Length > LongestId) return new Rejection(RejectionCodes.InvalidId, field, $"is longer than {LongestId} characters.");
        return null;
    }

    private (decimal Rate, string? Currency) Rate(string? currency) =>
        currency is null || currency == _shop.Currency ? (1m, currency is null ? null : _shop.Currency)
        : _shop.Rates.TryGetValue(currency, out var rate) ? (rate, _shop.Currency)
        : (1m, currency);

    private static decimal? Convert(decimal? amount, decimal rate) => rate == 1m ? amount : amount is { } some ? Math.Round(some * rate, 4, MidpointRounding.AwayFromZero) : null;

    private static string? Cut(string? text) => text is null ? null : JsonText.Cut(text, LongestText);
}
