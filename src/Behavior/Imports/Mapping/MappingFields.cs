namespace BehaviorDashboard.Imports;

/// <summary>What a column may say.</summary>
/// <param name="Name">As commands and files write it, such as <c>order_id</c>.</param>
/// <param name="Words">Headings that mean it, in lower case without blanks and punctuation.</param>
public sealed record MappingField(string Name, FieldForm Form, params IReadOnlyList<string> Words);

public enum FieldForm
{
    Text,
    Number,
    Time,
}

/// <summary>The fields of each kind of file, and the headings by which shops call them.</summary>
public static class MappingFields
{
    private static readonly MappingField Email = new("email", FieldForm.Text, "email", "mail", "emailaddress", "customeremail", "kundenemail", "correo", "邮箱", "电子邮箱", "电子邮件");
    private static readonly MappingField Country = new("country", FieldForm.Text, "country", "countrycode", "land", "pays", "pais", "国家");
    private static readonly MappingField Currency = new("currency", FieldForm.Text, "currency", "currencycode", "währung", "waehrung", "devise", "币种", "货币");
    private static readonly MappingField CustomerId = new("customer_id", FieldForm.Text, "customerid", "customer", "customernumber", "customerno", "userid", "user", "clientid", "kundennummer", "kundennr", "kunde", "会员号", "客户编号", "客户id", "用户id");
    private static readonly MappingField ProductId = new("product_id", FieldForm.Text, "productid", "sku", "stockcode", "itemid", "articlenumber", "articleno", "artikelnummer", "artikelnr", "artikel", "asin", "商品编号", "商品编码", "货号", "商品id");
    private static readonly MappingField Category = new("category", FieldForm.Text, "category", "productcategory", "itemcategory", "type", "kategorie", "类目", "分类", "类别");
    private static readonly MappingField Price = new("price", FieldForm.Number, "price", "unitprice", "itemprice", "preis", "einzelpreis", "stückpreis", "prix", "precio", "单价", "价格");
    private static readonly MappingField Quantity = new("quantity", FieldForm.Number, "quantity", "qty", "units", "menge", "anzahl", "stück", "quantité", "cantidad", "数量");
    private static readonly MappingField OrderId = new("order_id", FieldForm.Text, "orderid", "order", "ordernumber", "orderno", "invoiceno", "invoice", "invoicenumber", "bestellnummer", "bestellnr", "bestellung", "auftragsnummer", "belegnummer", "numerodecommande", "订单号", "订单编号");
    private static readonly MappingField Date = new("date", FieldForm.Time, "date", "orderdate", "time", "timestamp", "createdat", "created", "invoicedate", "purchasedate", "datum", "bestelldatum", "zeitpunkt", "fecha", "日期", "时间", "下单时间", "订单日期");

    private static readonly Dictionary<MappedKind, MappingField[]> Fields = new()
    {
        [MappedKind.Orders] =
        [
            OrderId, Date, CustomerId, Email, new("customer_name", FieldForm.Text, "customername", "name", "kundenname", "billingname", "客户姓名", "收货人"), Country, Currency,
            new("subtotal", FieldForm.Number, "subtotal", "netto", "nettobetrag", "zwischensumme", "netamount", "小计"),
            new("total", FieldForm.Number, "total", "amount", "ordertotal", "totalamount", "gesamt", "gesamtbetrag", "summe", "betrag", "brutto", "montant", "总额", "订单金额", "实付金额"),
            new("tax", FieldForm.Number, "tax", "taxes", "vat", "steuer", "mwst", "税"), new("shipping", FieldForm.Number, "shipping", "shippingcost", "versand", "versandkosten", "运费"),
            new("refunded", FieldForm.Number, "refunded", "refund", "refundedamount", "erstattet", "erstattung", "退款", "退款金额"),
            new("status", FieldForm.Text, "status", "orderstatus", "state", "订单状态", "状态"), ProductId,
            new("product_name", FieldForm.Text, "productname", "product", "itemname", "item", "description", "title", "produkt", "produktname", "artikelname", "bezeichnung", "商品名称", "商品"), Category, Price, Quantity,
        ],
        [MappedKind.Customers] =
        [
            CustomerId, Email, new("first_name", FieldForm.Text, "firstname", "vorname", "prénom", "名"), new("last_name", FieldForm.Text, "lastname", "surname", "nachname", "姓"),
            new("name", FieldForm.Text, "name", "customername", "fullname", "姓名", "客户姓名"), new("phone", FieldForm.Text, "phone", "telephone", "mobile", "telefon", "handy", "手机", "电话"), Country,
            new("city", FieldForm.Text, "city", "town", "stadt", "ort", "ville", "城市"),
        ],
        [MappedKind.Products] =
        [
            ProductId, new("title", FieldForm.Text, "title", "name", "productname", "product", "description", "bezeichnung", "产品名称", "商品名称", "标题"), Category,
            new("brand", FieldForm.Text, "brand", "vendor", "manufacturer", "marke", "hersteller", "品牌"), Price, new("cost", FieldForm.Number, "cost", "costperitem", "purchaseprice", "einkaufspreis", "ek", "成本", "进价"), Currency,
            new("stock", FieldForm.Number, "stock", "inventory", "quantity", "qty", "bestand", "lagerbestand", "库存"), new("supplier", FieldForm.Text, "supplier", "lieferant", "供应商"),
            new("url", FieldForm.Text, "url", "link", "链接"), new("image", FieldForm.Text, "image", "imageurl", "imagesrc", "bild", "图片"),
            new("description", FieldForm.Text, "longdescription", "productdescription", "bodyhtml", "body", "beschreibung", "描述", "商品描述"),
        ],
        [MappedKind.Events] =
        [
            new("event", FieldForm.Text, "event", "eventname", "action", "ereignis", "aktion", "eventtype", "事件", "行为"), Date with { Words = [.. Date.Words, "eventtime", "occurredat"] }, CustomerId,
            new("anonymous_id", FieldForm.Text, "anonymousid", "visitorid", "deviceid", "cookieid", "访客id"), new("message_id", FieldForm.Text, "messageid", "eventid", "uuid"),
            ProductId, Category, Price, Quantity, new("revenue", FieldForm.Number, "revenue", "value", "amount", "umsatz", "金额"), Currency, OrderId,
            new("session_id", FieldForm.Text, "sessionid", "session", "usersession"), new("query", FieldForm.Text, "query", "searchterm", "suchbegriff", "搜索词"), new("url", FieldForm.Text, "url", "page", "pageurl"),
        ],
    };

    public static IReadOnlyList<MappingField> Of(MappedKind kind) => Fields[kind];

    /// <summary>Of each group one field must have a column.</summary>
    public static IReadOnlyList<string[]> Needed(MappedKind kind) => kind switch
    {
        MappedKind.Orders => [["order_id"], ["date"]],
        MappedKind.Customers => [["customer_id", "email"]],
        MappedKind.Products => [["product_id"]],
        _ => [["event"], ["date"], ["customer_id", "anonymous_id"]],
    };

    /// <summary>The columns whose headings are known words; each column is taken once.</summary>
    public static ColumnMapping Guess(MappedKind kind, IReadOnlyList<string> header)
    {
        var words = header.Select(Bare).ToList();
        var taken = new HashSet<int>();
        var columns = new Dictionary<string, string>();
        foreach (var field in Fields[kind])
        {
            var found = field.Words.Prepend(Bare(field.Name)).Select(w => words.IndexOf(w)).FirstOrDefault(i => i >= 0 && !taken.Contains(i), -1);
            if (found >= 0 && taken.Add(found)) columns[field.Name] = header[found];
        }
        return new ColumnMapping(kind, columns);
    }

    /// <summary>The kind whose needed fields are all found, of several that which uses most columns; orders when none is.</summary>
    public static ColumnMapping Guess(IReadOnlyList<string> header)
    {
        var guesses = Enum.GetValues<MappedKind>().Select(k => Guess(k, header)).ToList();
        return guesses.Where(g => g.Problems(header).Count == 0).MaxBy(g => g.Columns.Count) ?? guesses[0];
    }

    private static string Bare(string heading) => string.Concat(heading.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
