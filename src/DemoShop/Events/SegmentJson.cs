using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BehaviorDashboard.DemoShop;

/// <summary>Writes events as the Segment tracking API takes them.</summary>
public sealed class SegmentJson : IDisposable
{
    public const string Host = "https://shop.example.com";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private readonly IReadOnlyList<DemoCategory> _categories;
    private readonly string _currency;
    private readonly Utf8JsonWriter _json;

    public SegmentJson(DemoWorld world, string currency, IBufferWriter<byte> output)
    {
        (_categories, _currency) = (world.Categories, currency);
        _json = new Utf8JsonWriter(output, Options);
    }

    public void Open()
    {
        _json.WriteStartObject();
        _json.WriteStartArray("batch");
    }

    public void Close()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Reset(IBufferWriter<byte> output) => _json.Reset(output);

    public long Written => _json.BytesCommitted + _json.BytesPending;

    public void Event(DemoEvent e)
    {
        _json.WriteStartObject();
        Text("type", e.Type);
        if (e.Type == "track") Text("event", e.Name);
        else if (e.Type == "page") Text("name", e.Name);
        if (e.Who.UserId is { } user) Text("userId", user);
        if (e.Who.AnonymousId is { } anonymous) Text("anonymousId", anonymous);
        Text("messageId", e.MessageId);
        Time("timestamp", DateTimeOffset.FromUnixTimeMilliseconds(e.At));
        _json.WriteStartObject("context");
        if (e.InVisit)
        {
            Text("sessionId", e.Thread);
            Text("locale", e.Who.ReadsChinese ? "zh-CN" : "en-US");
            _json.WriteStartObject("device");
            Text("type", e.Who.Mobile ? "mobile" : "desktop");
            _json.WriteEndObject();
            _json.WriteStartObject("page");
            Url("url", e.Path);
            _json.WriteEndObject();
        }
        else
        {
            Flag("active", false);
        }
        _json.WriteEndObject();
        _json.WriteStartObject(e.Type == "identify" ? "traits" : "properties");
        e.Write(this);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    public void Text(string name, string value) => _json.WriteString(name, value);

    public void Number(string name, int value) => _json.WriteNumber(name, value);

    public void Money(string name, decimal value) => _json.WriteNumber(name, value);

    public void Flag(string name, bool value) => _json.WriteBoolean(name, value);

    public void Url(string name, string path) => _json.WriteString(name, Host + path);

    public void Currency() => _json.WriteString("currency", _currency);

    public string CategoryOf(DemoProduct product) => _categories[product.Category].Name.English;

    public void Time(string name, DateTimeOffset at)
    {
        Span<char> text = stackalloc char[24];
        at.UtcDateTime.TryFormat(text, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        _json.WriteString(name, text);
    }

    public void Address(string city, string country)
    {
        _json.WriteStartObject("address");
        Text("city", city);
        Text("country", country);
        _json.WriteEndObject();
    }

    public void Product(DemoProduct product, decimal price)
    {
        Text("product_id", product.Id);
        Text("name", product.Title.English);
        Text("category", CategoryOf(product));
        Text("brand", product.Brand);
        Money("price", price);
    }

    public void Sums(DemoOrder order)
    {
        Money("revenue", order.Revenue);
        Money("shipping", order.Shipping);
        Money("tax", order.Tax);
        Money("discount", order.Discount);
        if (order.Coupon is { } coupon) Text("coupon", coupon);
        Currency();
    }

    public void Lines(string name, IReadOnlyList<CartLine> lines)
    {
        _json.WriteStartArray(name);
        for (var i = 0; i < lines.Count; i++)
        {
            _json.WriteStartObject();
            Product(lines[i].Product, lines[i].Price);
            Number("quantity", lines[i].Quantity);
            Number("position", i + 1);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    public void Listing(string name, IReadOnlyList<DemoProduct> products)
    {
        _json.WriteStartArray(name);
        for (var i = 0; i < products.Count; i++)
        {
            _json.WriteStartObject();
            Text("product_id", products[i].Id);
            Number("position", i + 1);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    public void Dispose() => _json.Dispose();
}
