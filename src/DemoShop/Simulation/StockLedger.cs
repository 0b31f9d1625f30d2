namespace BehaviorDashboard.DemoShop;

/// <summary>
/// Units on hand, reviewed every evening: when what lies there and is on the way no longer covers the lead time, more is
/// ordered. The planner knows only an average of past demand, so trends, promotions and incidents run it dry.
/// </summary>
internal sealed class StockLedger
{
    private readonly DemoWorld _world;
    private readonly int[] _onHand;
    private readonly int[] _onOrder;
    private readonly double[] _average;
    private readonly double[] _demand;
    private readonly int[] _lost;
    private readonly List<(int Day, int Product, int Units)> _arriving = [];
    private readonly List<int[]> _atClose = [];
    private readonly List<int[]> _lostOn = [];

    /// <param name="expected">Expected units a day, by product, at the beginning.</param>
    public StockLedger(DemoWorld world, double[] expected)
    {
        _world = world;
        _average = [.. expected.Select(e => Math.Max(e, 0.01))];
        _onHand = [.. world.Products.Select(p => Ceiling(_average[p.Index] * (p.LeadTimeDays + 30)) + 3)];
        _onOrder = new int[_onHand.Length];
        _demand = new double[_onHand.Length];
        _lost = new int[_onHand.Length];
    }

    public int OnHand(DemoProduct product) => _onHand[product.Index];

    /// <summary>Units at the end of a past day.</summary>
    public int AtClose(int product, int day) => _atClose[day][product];

    /// <summary>Units people wanted to put into a cart on a past day and could not.</summary>
    public int Lost(int product, int day) => _lostOn[day][product];

    public void Open(int day)
    {
        var shortage = _world.Incidents.Shortage;
        var held = shortage is not null && _world.DateOf(day) >= shortage.Start && _world.DateOf(day) < shortage.Start.AddDays(shortage.Days);
        if (held && _world.DateOf(day) == shortage!.Start)
        {
            foreach (var product in _world.Categories[shortage.Category].Products) _onHand[product.Index] = (int)(_onHand[product.Index] * (1 - shortage.Size));
        }
        for (var i = _arriving.Count - 1; i >= 0; i--)
        {
            var (due, product, units) = _arriving[i];
            if (due > day || held && _world.Products[product].Category == shortage!.Category) continue;
            _onHand[product] += units;
            _onOrder[product] -= units;
            _arriving.RemoveAt(i);
        }
    }

    public void Sell(DemoProduct product, int units)
    {
        _onHand[product.Index] = Math.Max(0, _onHand[product.Index] - units);
        _demand[product.Index] += units;
    }

    /// <summary>Somebody wanted units that are not there; about a third of such wishes would have become sales.</summary>
    public void Lose(DemoProduct product, int units)
    {
        _lost[product.Index] += units;
        _demand[product.Index] += units * 0.35;
    }

    public void Close(int day)
    {
        foreach (var product in _world.Products)
        {
            var i = product.Index;
            _average[i] += 0.03 * (_demand[i] - _average[i]);
            if (day < product.LaunchDay - 30 || _onHand[i] + _onOrder[i] >= _average[i] * (product.LeadTimeDays + 6) + 1) continue;
            var random = new DemoRandom(_world.Seed, Stream.Supply, i, day);
            var units = Ceiling(_average[i] * (product.LeadTimeDays + 28)) + 3;
            var takes = Math.Max(2, (int)Math.Round(product.LeadTimeDays * random.LogNormal(0.2)));
            _arriving.Add((day + takes, i, units));
            _onOrder[i] += units;
        }
        _atClose.Add([.. _onHand]);
        _lostOn.Add([.. _lost]);
        Array.Clear(_demand);
        Array.Clear(_lost);
    }

    private static int Ceiling(double value) => (int)Math.Ceiling(value);
}
