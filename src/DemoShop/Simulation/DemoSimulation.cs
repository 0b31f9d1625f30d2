using BehaviorDashboard.Ids;

namespace BehaviorDashboard.DemoShop;

/// <summary>
/// Lets the shop live, one day after the other. The same world and the same days give the same events, to the byte;
/// only exposures handed in from outside (<see cref="Expose"/>) change them from then on.
/// </summary>
public sealed class DemoSimulation
{
    private static readonly double[] Hours =
        [0.25, 0.12, 0.07, 0.05, 0.06, 0.12, 0.3, 0.55, 0.75, 0.9, 1, 1, 1.05, 1, 0.92, 0.92, 0.95, 1, 1.1, 1.35, 1.55, 1.45, 1.05, 0.6];

    private readonly ShopClock _clock;
    private readonly List<PersonState> _people = [];
    private readonly Dictionary<string, PersonState> _byKey = new(StringComparer.Ordinal);
    private readonly List<(DemoCampaign Campaign, IReadOnlyList<int> Treated, IReadOnlyList<int> Held)> _campaigns = [];
    private readonly Aftermath _aftermath;

    public DemoSimulation(DemoWorld world, ShopClock clock)
    {
        (World, _clock) = (world, clock);
        Model = new ShopperModel(world);
        Admit();
        var facts = new DayFacts(world, 0);
        var expected = new double[world.Products.Count];
        foreach (var state in _people) Model.AddUnitsPerVisit(state.Person, facts, ShopperModel.Visits(state.Person, facts), expected);
        Stock = new StockLedger(world, expected);
        _aftermath = new Aftermath(world, at => world.DayOf(clock.DateOf(DateTimeOffset.FromUnixTimeMilliseconds(at))));
    }

    public DemoWorld World { get; }

    /// <summary>The next day to be lived; all before it are known.</summary>
    public int Day { get; private set; }

    internal ShopperModel Model { get; }

    internal StockLedger Stock { get; }

    internal IReadOnlyList<PersonState> People => _people;

    internal IReadOnlyList<(DemoCampaign Campaign, IReadOnlyList<int> Treated, IReadOnlyList<int> Held)> Campaigns => _campaigns;

    /// <summary>The visits of a day differ between worlds that began on different days.</summary>
    private ulong VisitSeed => World.Seed + (ulong)World.FirstDay.DayNumber * 0x9E3779B97F4A7C15UL;

    /// <summary>Lives the next day.</summary>
    /// <returns>Its events in the order of time. A visit that begins before midnight may end after it.</returns>
    public IReadOnlyList<DemoEvent> NextDay()
    {
        var day = Day++;
        World.LetArrive(day);
        Admit();
        Stock.Open(day);
        var start = StartOf(day);
        _aftermath.PlantReviews(day, start, _people);
        var events = _aftermath.TakeDue(day);
        if (day == 0) IntroduceFounders(start, events);
        SendCampaign(day, events);
        var facts = new DayFacts(World, day);
        var shop = new Shop(World, Model, Stock, facts, _aftermath, Changing: true);
        foreach (var (at, random, state) in Visits(facts, start, StartOf(day + 1) - start)) new Visit(shop, random, state, at, events).Run();
        Stock.Close(day);
        events.Sort(Earlier);
        return events;
    }

    /// <summary>
    /// The hook for campaigns the product sends: the e-mail is opened or not; from the day after, for a week, who opened it
    /// visits and pays as somebody with this discount does.
    /// </summary>
    /// <returns>False when nobody here has that key.</returns>
    public bool Expose(string userId, string campaignId, double discount, bool annoys = false)
    {
        if (!_byKey.TryGetValue(userId, out var state)) return false;
        var random = new DemoRandom(VisitSeed, Stream.Campaign, 2, state.Person.Index * 100_000L + Day);
        if (random.Chance(state.Person.OpensEmail)) state.Exposure = new Exposure(new DemoCampaign(campaignId, campaignId, campaignId, World.DateOf(Day - 1), discount, 1, annoys), Day - 1);
        return true;
    }

    /// <summary>A mail the product has sent arrives: <see cref="Expose"/>, and what the person does with it.</summary>
    /// <returns>Openings, clicks and unsubscriptions, within minutes so that a live page shows them.</returns>
    public IReadOnlyList<DemoEvent> Deliver(DemoMail mail, DateTimeOffset at)
    {
        if (!_byKey.TryGetValue(mail.UserId, out var state)) return [];
        var before = state.Exposure;
        if (!Expose(mail.UserId, mail.CampaignId, mail.Discount, at < AnnoysUntil) || state.Exposure == before || state.Exposure is not { } exposure) return [];
        var random = new DemoRandom(VisitSeed, Stream.Campaign, 3, state.Person.Index * 100_000L + Day);
        var (who, thread) = (new Visitor(state.Person.UserId, null, state.Person.ReadsChinese, false), mail.CampaignId + "-" + mail.UserId);
        var opened = at.ToUnixTimeMilliseconds() + (long)(random.Exponential(4) * 60_000);
        List<DemoEvent> events = [new EmailEvent(EmailEvent.Opened, exposure.Campaign) { Who = who, At = opened, Thread = thread, Ordinal = 1, InVisit = false }];
        if (random.Chance(state.Person.EmailLift > 0 ? 0.4 : 0.1)) events.Add(new EmailEvent(EmailEvent.Clicked, exposure.Campaign) { Who = who, At = opened + 8_000, Thread = thread, Ordinal = 2, InVisit = false });
        if (!random.Chance(at < AnnoysUntil ? 0.3 : state.Person.EmailLift < 0 ? 0.03 : 0.004)) return events;
        state.Consents = false;
        events.Add(new EmailEvent(EmailEvent.Unsubscribed, exposure.Campaign) { Who = who, At = opened + 20_000, Thread = thread, Ordinal = 3, InVisit = false });
        events.Add(new ConsentWithdrawn { Who = who, At = opened + 20_000, Thread = thread, Ordinal = 4, InVisit = false });
        return events;
    }

    /// <summary>Mails that arrive before this instant put every reader off, as the planted bad campaign did.</summary>
    public DateTimeOffset AnnoysUntil { get; set; }

    /// <summary>Angry reviews of one product that name its defect, one after the other within some minutes: the planted surge, now.</summary>
    public IReadOnlyList<DemoEvent> AngryReviews(int product, int count, DateTimeOffset at, TimeSpan within)
    {
        var random = new DemoRandom(VisitSeed, Stream.Incident, at.ToUnixTimeSeconds());
        var registered = _people.Where(p => p.Registered).ToList();
        List<DemoEvent> events = [];
        for (var i = 0; i < count; i++)
        {
            var moment = at.ToUnixTimeMilliseconds() + (long)((i + random.Next()) / count * within.TotalMilliseconds);
            events.AddRange(Aftermath.Compose(ref random, World.Products[product], random.Pick(registered).Person, random.Chance(0.8) ? 1 : 2, false, true, moment));
        }
        return events;
    }

    /// <summary>Extra visits that begin in one minute, at a pace of so many events a second. They change nothing here.</summary>
    public IReadOnlyList<DemoEvent> LiveMinute(DateTimeOffset minute, double eventsPerSecond)
    {
        const double EventsPerVisit = 4.5;
        var facts = new DayFacts(World, Day - 1);
        var shop = new Shop(World, Model, Stock, facts, _aftermath, Changing: false);
        var number = minute.ToUnixTimeSeconds() / 60;
        var random = new DemoRandom(VisitSeed, Stream.Live, number);
        var draw = new PersonDraw(_people, Day - 1, World.PassersBy(Day - 1));
        List<DemoEvent> events = [];
        for (var n = random.Poisson(eventsPerSecond * 60 / EventsPerVisit); n > 0; n--)
        {
            // Each visit has numbers of its own: at another pace the minute has more or fewer of the same visits.
            var own = new DemoRandom(VisitSeed, Stream.Live, number, n);
            var state = draw.Next(ref own);
            var at = number * 60_000 + own.Next(60_000);
            new Visit(shop, own, state, at, events).Run();
        }
        events.Sort(Earlier);
        return events;
    }

    private List<(long At, DemoRandom Random, PersonState? State)> Visits(DayFacts facts, long start, long length)
    {
        List<(long At, DemoRandom Random, PersonState? State)> visits = [];
        foreach (var state in _people)
        {
            var person = state.Person;
            if (!person.IsAlive(facts.Day)) continue;
            var random = new DemoRandom(VisitSeed, Stream.Visits, person.Index, facts.Day);
            var factor = state.Exposure is { } exposure && exposure.ActsOn(facts.Day) ? exposure.Campaign.VisitFactor(person) : 1;
            var count = random.Poisson(ShopperModel.Visits(person, facts) * factor) + (person.ArrivalDay == facts.Day ? 1 : 0);
            for (; count > 0; count--) Add(ref random, state);
        }
        var passing = new DemoRandom(VisitSeed, Stream.PassersBy, facts.Day);
        for (var n = passing.Poisson(World.PassersBy(facts.Day)); n > 0; n--) Add(ref passing, null);
        visits.Sort((a, b) => a.At.CompareTo(b.At));
        return visits;

        void Add(ref DemoRandom random, PersonState? state) =>
            visits.Add((start + (long)(TimeOfDay(ref random) * length), new DemoRandom(random.NextUInt64(), Stream.Visits), state));
    }

    /// <summary>A shop that begins to send tells who its customers are.</summary>
    private void IntroduceFounders(long start, List<DemoEvent> events)
    {
        foreach (var state in _people.Take(World.Founders))
        {
            var person = state.Person;
            var since = new DateTimeOffset(World.DateOf(person.ArrivalDay), new TimeOnly(12, 0), TimeSpan.Zero);
            var who = new Visitor(person.UserId, null, person.ReadsChinese, false);
            events.Add(new Identified(person, since, state.Consents) { Who = who, At = start + person.Index * 10L, Thread = "member-" + person.UserId, Ordinal = 0, InVisit = false });
        }
    }

    private void SendCampaign(int day, List<DemoEvent> events)
    {
        if (DemoCampaign.On(World, day) is not { } campaign) return;
        List<int> treated = [];
        List<int> held = [];
        var tenOClock = StartOf(day) + 10 * 3600 * 1000L;
        foreach (var state in _people)
        {
            if (!state.Registered || !state.Consents) continue;
            var random = new DemoRandom(VisitSeed, Stream.Campaign, 1000 + day, state.Person.Index);
            (random.Chance(campaign.Treated) ? treated : held).Add(state.Person.Index);
            if (treated.Count == 0 || treated[^1] != state.Person.Index) continue;
            Mail(ref random, new Exposure(campaign, day), state, tenOClock + random.Next(20 * 60_000), events);
        }
        _campaigns.Add((campaign, treated, held));
    }

    private static void Mail(ref DemoRandom random, Exposure exposure, PersonState state, long at, List<DemoEvent> events)
    {
        var (person, campaign) = (state.Person, exposure.Campaign);
        var who = new Visitor(person.UserId, null, person.ReadsChinese, false);
        var thread = campaign.Id + "-" + person.UserId;
        events.Add(new EmailEvent(EmailEvent.Delivered, campaign) { Who = who, At = at, Thread = thread, Ordinal = 0, InVisit = false });
        if (!random.Chance(person.OpensEmail)) return;
        state.Exposure = exposure;
        at += (long)(random.Exponential(3) * 3600_000);
        events.Add(new EmailEvent(EmailEvent.Opened, campaign) { Who = who, At = at, Thread = thread, Ordinal = 1, InVisit = false });
        if (!random.Chance(campaign.Annoys ? 0.12 : person.EmailLift < 0 ? 0.03 : 0.004)) return;
        state.Consents = false;
        events.Add(new EmailEvent(EmailEvent.Unsubscribed, campaign) { Who = who, At = at + 20_000, Thread = thread, Ordinal = 2, InVisit = false });
        events.Add(new ConsentWithdrawn { Who = who, At = at + 20_000, Thread = thread, Ordinal = 3, InVisit = false });
    }

    private void Admit()
    {
        for (var i = _people.Count; i < World.People.Count; i++)
        {
            var state = new PersonState(World.People[i]);
            _people.Add(state);
            _byKey[state.Person.UserId] = state;
        }
    }

    private long StartOf(int day) => _clock.StartOf(World.DateOf(day)).ToUnixTimeMilliseconds();

    private static int Earlier(DemoEvent a, DemoEvent b)
    {
        var order = a.At.CompareTo(b.At);
        if (order == 0) order = string.CompareOrdinal(a.Thread, b.Thread);
        return order != 0 ? order : a.Ordinal.CompareTo(b.Ordinal);
    }

    /// <summary>When in the day a visit begins, as a share of it: quiet nights, a noon shoulder, an evening peak.</summary>
    private static double TimeOfDay(ref DemoRandom random)
    {
        while (true)
        {
            var at = random.Next();
            var hour = at * 24;
            var below = (int)hour;
            var height = Hours[below] + (hour - below) * (Hours[(below + 1) % 24] - Hours[below]);
            if (random.Next() * 1.6 < height) return at;
        }
    }
}
