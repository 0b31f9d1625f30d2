using System.Runtime.InteropServices;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Events;

/// <summary>Traits to set.</summary>
/// <param name="Owner">Whose they are without any merge.</param>
internal sealed record TraitNote(string Person, string Owner, string Traits);

/// <summary>One commit in the making: who did each event, in which session, and what it adds to whom.</summary>
internal sealed class Commit
{
    private readonly Dictionary<string, ProfileDelta> _deltas = [];
    private readonly List<TraitNote> _traits = [];
    private readonly List<IdentityLink> _links = [];

    private Commit(List<ShopEvent> events) => Events = events;

    public List<ShopEvent> Events { get; }

    public IReadOnlyList<IdentityLink> Links => _links;

    public IReadOnlyCollection<ProfileDelta> Deltas => _deltas.Values;

    public IReadOnlyList<TraitNote> Traits => _traits;

    public static Commit Make(List<ShopEvent> events, IdentityCache identities, SessionTracker sessions, SessionDoubts doubts, string shopCurrency)
    {
        var commit = new Commit(events);
        foreach (var e in events)
        {
            var anonymous = e.AnonymousId is null ? null : PersonKey.OfAnonymous(e.AnonymousId);
            var given = e.UserId ?? anonymous;
            if (given is null) continue;
            var (person, stored) = identities.Of(given);
            if (e.UserId is not null && anonymous is not null) commit.Link(anonymous, person, "seen together", e, identities, sessions, doubts);
            if (e.UserId is not null && e.PreviousId is not null) commit.Link(PersonKey.OfAnonymous(e.PreviousId), person, "alias", e, identities, sessions, doubts);
            e.PersonKey = person;
            e.StoredKey = stored;
            e.GivenKey = given == stored ? null : given;
            var named = e.SessionId is not null;
            if (!named && !e.OutsideSessions && e.Type is EventTypes.Track or EventTypes.Page or EventTypes.Screen)
                e.SessionId = sessions.Assign(person, anonymous, e.OccurredAt);
            var newSession = e.SessionId is not null && sessions.IsNew(person, e.SessionId, e.OccurredAt);
            e.BeganSession = newSession;
            if (newSession && sessions.IsDoubtful(e.OccurredAt, named, e.ReceivedAt)) doubts.Add(person);
            ref var delta = ref CollectionsMarshal.GetValueRefOrAddDefault(commit._deltas, person, out _);
            (delta ??= new ProfileDelta(person)).Add(e, newSession, shopCurrency);
            if (e.Traits is not null) commit._traits.Add(new TraitNote(person, identities.OwnerOf(given), e.Traits));
        }
        return commit;
    }

    /// <summary>The first user seen with an anonymous id keeps it: a shared device never merges two customers.</summary>
    private void Link(string alias, string person, string kind, ShopEvent e, IdentityCache identities, SessionTracker sessions, SessionDoubts doubts)
    {
        if (alias == person || identities.IsLinked(alias)) return;
        identities.Link(alias, e.UserId!);
        sessions.Link(alias, person);
        doubts.Add(person);
        _links.Add(new IdentityLink(alias, person, kind, e.ReceivedAt, identities.OwnerOf(alias)));
        if (!_deltas.Remove(alias, out var earlier)) return;
        if (!_deltas.TryGetValue(person, out var delta)) _deltas[person] = delta = new ProfileDelta(person);
        delta.Add(earlier);
        for (var i = 0; i < _traits.Count; i++)
            if (_traits[i].Person == alias) _traits[i] = new TraitNote(person, identities.OwnerOf(alias), _traits[i].Traits);
    }
}
