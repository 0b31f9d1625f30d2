using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.ServiceDesk.Ml;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>A conversation with everything an agent needs beside it.</summary>
/// <param name="Incidents">Open ones of the product it is about.</param>
/// <param name="Guess">Of the newest message of the shopper; null for languages no model reads.</param>
public sealed record DeskView(Conversation Conversation, IReadOnlyList<ConversationMessage> Messages, Person? Person, IReadOnlyList<PersonOrder> Orders, ShopFactSet Facts, IReadOnlyList<Incident> Incidents, IntentGuess? Guess);

/// <summary>Gathers what stands beside a conversation.</summary>
public sealed class DeskReader
{
    private const int Orders = 5;

    private readonly ConversationService _desk;
    private readonly IntentModels _intents;
    private readonly ShopFacts _facts;
    private readonly PeopleService _people;
    private readonly IncidentService _incidents;

    internal DeskReader(ConversationService desk, IntentModels intents, ShopFacts facts, PeopleService people, IncidentService incidents) =>
        (_desk, _intents, _facts, _people, _incidents) = (desk, intents, facts, people, incidents);

    /// <returns>Null where there is no such conversation.</returns>
    public async Task<DeskView?> ReadAsync(int id, CancellationToken cancel = default)
    {
        if (await _desk.FindAsync(id, cancel) is not { } conversation) return null;
        var messages = await _desk.MessagesAsync(conversation, cancel);
        var person = conversation.UserId is { } user ? await _people.FindAsync(user, cancel) : null;
        var facts = await _facts.OfAsync(conversation, cancel);
        var newest = messages.LastOrDefault(m => m.Author == ConversationMessage.Shopper);
        var guess = newest is null ? null : (await _intents.OfAsync(conversation.Language, cancel))?.Guess(newest.Body);
        var incidents = facts.ProductId is { } product ? (await _incidents.ListAsync(true, 200, cancel)).Where(i => i.ProductId == product).ToList() : [];
        return new DeskView(conversation, messages, person, person is null ? [] : await _facts.OrdersAsync(person.Key, Orders, cancel), facts, incidents, guess);
    }
}
