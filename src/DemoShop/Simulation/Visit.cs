using System.Globalization;

namespace BehaviorDashboard.DemoShop;

/// <summary>What visits share on one day.</summary>
/// <param name="Changing">False for the extra live visits, which leave stock and people as they are.</param>
internal sealed record Shop(DemoWorld World, ShopperModel Model, StockLedger Stock, DayFacts Day, Aftermath Aftermath, bool Changing);

/// <summary>One visit, from the landing page to wherever it ends.</summary>
internal sealed class Visit
{
    private const double ZeroResult = 0.07;
    private readonly Shop _shop;
    private readonly List<DemoEvent> _events;
    private readonly PersonState? _state;
    private readonly Tastes _tastes;
    private readonly double _sensitivity;
    private readonly string _thread;
    private readonly int _device;
    private readonly DemoCampaign? _campaign;
    private readonly Mood _mood;
    private readonly List<CartLine> _cart = [];
    private DemoRandom _random;
    private Visitor _who;
    private long _at;
    private int _ordinal;

    /// <param name="state">The person, or null for a passer-by.</param>
    /// <param name="start">Unix milliseconds.</param>
    public Visit(Shop shop, DemoRandom random, PersonState? state, long start, List<DemoEvent> events)
    {
        (_shop, _random, _state, _at, _events) = (shop, random, state, start, events);
        _thread = _random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture);
        if (state is null)
        {
            _tastes = shop.Model.Archetype(_random.Next(1 << 16));
            _sensitivity = 1;
            _mood = Mood.Looking;
            _who = new Visitor(null, _random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture), _random.Chance(0.25), _random.Chance(0.6));
            return;
        }
        var person = state.Person;
        _tastes = shop.Model.Of(person);
        _sensitivity = person.PriceSensitivity;
        _mood = _random.Chance(Mood.Shopping.Share) ? Mood.Shopping : Mood.Looking;
        _device = person.Devices.Count > 1 && _random.Chance(0.4) ? 1 : 0;
        _who = new Visitor(state.SignedIn[_device] ? person.UserId : null, person.Devices[_device], person.ReadsChinese, _device == 1 || (person.Index & 1) == 0);
        if (state.Exposure is { } exposure && (shop.Changing ? exposure.ActsOn(shop.Day.Day) : exposure.ActsLive(shop.Day.Day))) _campaign = exposure.Campaign;
    }

    private double Discount => _campaign?.Discount ?? 0;

    public void Run()
    {
        Arrive();
        if (!LookAround()) return;
        do LookAt(_shop.Model.PickProduct(ref _random, _tastes, _shop.Day));
        while (_random.Chance(_mood.Continue));
        if (_cart.Count > 0) CheckOut();
    }

    private void Arrive()
    {
        var clicks = _campaign is not null && _who.UserId is not null && _random.Chance(0.45);
        if (clicks) Add(new EmailEvent(EmailEvent.Clicked, _campaign!) { Who = _who, At = _at, Thread = _thread, Ordinal = _ordinal++ });
        Add(new PageViewed("Home", clicks ? "/?utm_medium=email&utm_campaign=" + _campaign!.Id : "/", clicks ? _campaign!.Id : null) { Who = _who, At = Wait(2), Thread = _thread, Ordinal = _ordinal++ });
        if (_state is not null && _who.UserId is null && _random.Chance(0.2)) SignIn();
    }

    /// <returns>False when they leave because the shop has not what they look for.</returns>
    private bool LookAround()
    {
        var how = _random.Next();
        if (how < 0.33)
        {
            if (_random.Chance(ZeroResult))
            {
                var wish = Catalogue.NotStocked[(int)(Catalogue.NotStocked.Length * Math.Pow(_random.Next(), 2))];
                Add(new ProductsSearched(_who.ReadsChinese ? wish.Chinese : wish.English, 0) { Who = _who, At = Wait(12), Thread = _thread, Ordinal = _ordinal++ });
                return !_random.Chance(0.45);
            }
            var sought = _shop.Model.PickProduct(ref _random, _tastes, _shop.Day);
            var query = _who.ReadsChinese ? sought.Noun.Chinese : sought.Noun.English.ToLowerInvariant();
            Add(new ProductsSearched(query, _shop.World.Categories[sought.Category].Count(sought.Noun)) { Who = _who, At = Wait(12), Thread = _thread, Ordinal = _ordinal++ });
        }
        else if (how < 0.8)
        {
            var category = _shop.World.Categories[_shop.Model.PickProduct(ref _random, _tastes, _shop.Day).Category];
            var from = _random.Next(category.Products.Count - 4);
            Add(new ProductListViewed(category, [.. category.Products.Skip(from).Take(4)]) { Who = _who, At = Wait(15), Thread = _thread, Ordinal = _ordinal++ });
        }
        return true;
    }

    private void LookAt(DemoProduct product)
    {
        var price = _shop.Day.Price[product.Index];
        var here = _shop.Stock.OnHand(product);
        Touch(ProductTouched.Viewed, product, price, 1, 35, here > 0);
        var factor = ShopperModel.PriceFactor(_shop.World.Categories[product.Category], _sensitivity, _shop.Day.PriceRatio[product.Category] * (1 - Discount));
        if (!_random.Chance(ShopperModel.AddChance(_tastes, product, factor, _mood))) return;
        var units = ShopperModel.Quantity(ref _random);
        if (here < units)
        {
            if (_shop.Changing) _shop.Stock.Lose(product, units);
            if (_random.Chance(0.35)) Touch(ProductTouched.Wished, product, price, units, 10, false);
            return;
        }
        Touch(ProductTouched.Added, product, price, units, 14);
        var at = _cart.FindIndex(l => l.Product == product);
        if (at < 0) _cart.Add(new CartLine(product, price, units));
        else _cart[at] = _cart[at] with { Quantity = _cart[at].Quantity + units };
    }

    private void CheckOut()
    {
        Add(new CartViewed(_thread, [.. _cart]) { Who = _who, At = Wait(20), Thread = _thread, Ordinal = _ordinal++ });
        foreach (var line in _cart.ToArray())
        {
            if (_random.Chance(ShopperModel.Keep)) continue;
            Touch(ProductTouched.Removed, line.Product, line.Price, line.Quantity, 8);
            _cart.Remove(line);
        }
        if (_cart.Count == 0 || _state is null || !_random.Chance(ShopperModel.StartCheckout)) return;
        if (_who.UserId is null) SignIn();
        var (rate, coupon) = Coupon();
        var order = new DemoOrder(_shop.Changing ? _shop.Aftermath.NextOrderId() : "L" + _thread[..9], [.. _cart], rate, coupon);
        Add(new CheckoutStarted(order) { Who = _who, At = Wait(25), Thread = _thread, Ordinal = _ordinal++ });
        if (!_random.Chance(_state.Person.Completion)) return;
        Add(new OrderCompleted(order) { Who = _who, At = Wait(70), Thread = _thread, Ordinal = _ordinal++ });
        if (!_shop.Changing) return;
        _state.Orders++;
        foreach (var line in _cart) _shop.Stock.Sell(line.Product, line.Quantity);
        _shop.Aftermath.Follow(ref _random, order, _state.Person, _at);
    }

    private (double Rate, string? Code) Coupon()
    {
        if (_campaign?.Coupon is { } code) return (Discount, code);
        return _state is { Orders: 0, Person.ArrivalDay: >= 0 } && _random.Chance(0.35) ? (0.1, "WELCOME10") : (0, null);
    }

    private void SignIn()
    {
        var state = _state!;
        _who = _who with { UserId = state.Person.UserId };
        var isNew = !state.Registered;
        Add(new Identified(state.Person, isNew ? DateTimeOffset.FromUnixTimeMilliseconds(_at) : null, isNew ? state.Consents : null) { Who = _who, At = Wait(30), Thread = _thread, Ordinal = _ordinal++ });
        if (!_shop.Changing) return;
        state.Registered = true;
        state.SignedIn[_device] = true;
    }

    private void Touch(string name, DemoProduct product, decimal price, int units, double seconds, bool? inStock = null) =>
        Add(new ProductTouched(name, product, price, units, inStock, name == ProductTouched.Viewed ? null : _thread) { Who = _who, At = Wait(seconds), Thread = _thread, Ordinal = _ordinal++ });

    private void Add(DemoEvent e) => _events.Add(e);

    private long Wait(double seconds) => _at += (long)(1000 * Math.Clamp(seconds * _random.LogNormal(0.6), 1, 240));
}
