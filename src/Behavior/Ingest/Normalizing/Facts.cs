using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BehaviorDashboard.Ingest;

/// <summary>What <c>properties</c> of one event (or one of its products) say, column by column, and the rest as raw JSON.</summary>
internal sealed class Facts(StringCache cache)
{
    private readonly ArrayBufferWriter<byte> _rest = new(1_024);

    public string? ProductId, Sku, Category, Currency, OrderId, CampaignId, RecommendationId, Query, Url, Session, AnonymousId, DeviceId, DistinctId, Action, Alias;
    public decimal? Price, Quantity, Revenue, Value, Subtotal, Total, Tax, Shipping, Discount, Rating;
    public bool? Identified;
    public Range? Products, Set;
    public Rejection? Problem;

    /// <summary>JSON object of what has no column; null when there is nothing.</summary>
    public string? Rest => _rest.WrittenCount == 0 ? null : Encoding.UTF8.GetString(_rest.WrittenSpan) + "}";

    public void Clear()
    {
        _rest.ResetWrittenCount();
        ProductId = Sku = Category = Currency = OrderId = CampaignId = RecommendationId = Query = Url = Session = AnonymousId = DeviceId = DistinctId = Action = Alias = null;
        Price = Quantity = Revenue = Value = Subtotal = Total = Tax = Shipping = Discount = Rating = null;
        (Identified, Products, Set, Problem) = (null, null, null, null);
    }

    /// <summary>Adds a text property of our own to the rest.</summary>
    public void Keep(ReadOnlySpan<byte> name, string value)
    {
        Start(name);
        Write(JsonSerializer.SerializeToUtf8Bytes(value, IngestJson.Default.String));
    }

    public void Keep(ReadOnlySpan<byte> name, decimal value)
    {
        Start(name);
        Write(Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Keeps the products of an event whose lines have no rows of their own.</summary>
    public void KeepProducts(ReadOnlySpan<byte> json)
    {
        Start("products"u8);
        Write(Redactor.Suspect(json) ? Redactor.Value(json) : json);
    }

    /// <summary>Takes over what a list of one product says, where the event itself names none.</summary>
    public void TakeOnly(ReadOnlySpan<byte> products, Facts line, Redactor redactor)
    {
        if (ProductId is not null || Sku is not null) return;
        var reader = new Utf8JsonReader(products);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.StartObject) return;
        var start = (int)reader.TokenStartIndex;
        JsonText.Skip(ref reader);
        var end = (int)reader.BytesConsumed;
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray) return;
        line.Clear();
        line.Read(products[start..end], "", redactor);
        if (line.Problem is not null) return;
        (ProductId, Sku, Category, Price, Quantity) = (line.ProductId, line.Sku, Category ?? line.Category, Price ?? line.Price, Quantity ?? line.Quantity);
    }

    /// <summary>Reads one JSON object. Positions of nested values are kept relative to <paramref name="json"/>.</summary>
    /// <param name="path">Prefix of field names in rejections, such as <c>properties.</c>.</param>
    public void Read(ReadOnlySpan<byte> json, string path, Redactor redactor)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex;
            var word = reader.ValueIsEscaped ? Word.None : EventWords.Properties.Find(reader.ValueSpan);
            var name = json.Slice(nameStart, (int)reader.BytesConsumed - nameStart);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            Take(word, ref reader, path);
            JsonText.Skip(ref reader);
            var end = (int)reader.BytesConsumed;
            if (word is Word.Products) Products = start..end;
            if (word is Word.Set) Set = start..end;
            if (Stays(word)) KeepRaw(name, json[start..end], redactor);
        }
    }

    /// <summary>Amounts without a column stay readable in the properties.</summary>
    private static bool Stays(Word word) => word is Word.None or Word.Sku or Word.Subtotal or Word.Total or Word.Tax or Word.Shipping or Word.Discount or Word.Value or Word.DistinctId or Word.Action or Word.Alias;

    private void Take(Word word, ref Utf8JsonReader reader, string path)
    {
        switch (word)
        {
            case Word.ProductId: ProductId ??= Text(ref reader); break;
            case Word.Sku: Sku ??= Text(ref reader); break;
            case Word.Category: Category ??= Text(ref reader); break;
            case Word.Currency: Currency ??= Text(ref reader)?.ToUpperInvariant(); break;
            case Word.OrderId: OrderId ??= Text(ref reader); break;
            case Word.CampaignId: CampaignId ??= Text(ref reader); break;
            case Word.RecommendationId: RecommendationId ??= Text(ref reader); break;
            case Word.Query: Query ??= Text(ref reader); break;
            case Word.Url: Url ??= Text(ref reader); break;
            case Word.Session: Session ??= Text(ref reader); break;
            case Word.AnonymousId: AnonymousId ??= Text(ref reader); break;
            case Word.DeviceId: DeviceId ??= Text(ref reader); break;
            case Word.DistinctId: DistinctId ??= Text(ref reader); break;
            case Word.Alias: Alias ??= Text(ref reader); break;
            case Word.Action: Action ??= Text(ref reader); break;
            case Word.Identified: Identified = reader.TokenType == JsonTokenType.True; break;
            case Word.Price: Amount(ref reader, path, "price", ref Price); break;
            case Word.Quantity: Amount(ref reader, path, "quantity", ref Quantity); break;
            case Word.Revenue: Amount(ref reader, path, "revenue", ref Revenue); break;
            case Word.Value: Amount(ref reader, path, "value", ref Value, strict: false); break;
            case Word.Subtotal: Amount(ref reader, path, "subtotal", ref Subtotal); break;
            case Word.Total: Amount(ref reader, path, "total", ref Total); break;
            case Word.Tax: Amount(ref reader, path, "tax", ref Tax); break;
            case Word.Shipping: Amount(ref reader, path, "shipping", ref Shipping, strict: false); break;
            case Word.Discount: Amount(ref reader, path, "discount", ref Discount, strict: false); break;
            case Word.Rating: Amount(ref reader, path, "rating", ref Rating); break;
        }
    }

    private string? Text(ref Utf8JsonReader reader) => reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? null : JsonText.Filled(ref reader, cache);

    /// <param name="strict">Whether something that is no amount refuses the event; else it just stays a property.</param>
    private void Amount(ref Utf8JsonReader reader, string path, string name, ref decimal? target, bool strict = true)
    {
        if (Amounts.TryRead(ref reader, out var amount)) target ??= amount;
        else if (strict) Problem ??= new Rejection(RejectionCodes.InvalidValue, path + name, "is not a number that can be stored; send 12.50 or \"12.50\".");
    }

    private void KeepRaw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, Redactor redactor)
    {
        Start(default);
        if (Redactor.Suspect(name) || Redactor.Suspect(value))
        {
            Write(redactor.Member(name, value));
            return;
        }
        Write(name);
        if (name[^1] != (byte)':') Write(":"u8);
        Write(value);
    }

    private void Start(ReadOnlySpan<byte> name)
    {
        Write(_rest.WrittenCount == 0 ? "{"u8 : ","u8);
        if (name.Length == 0) return;
        Write("\""u8);
        Write(name);
        Write("\":"u8);
    }

    private void Write(ReadOnlySpan<byte> bytes) => _rest.Write(bytes);
}
