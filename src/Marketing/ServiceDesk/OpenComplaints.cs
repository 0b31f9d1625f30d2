using BehaviorDashboard.Contracts;
using BehaviorDashboard.ServiceDesk.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>Nobody whose complaint is open gets a promotion.</summary>
internal sealed class OpenComplaints(ConversationStore store, IStringLocalizer<ServiceText> text) : IMailExclusion
{
    public string Key => "open_complaints";

    public Func<string> Title => () => text["OpenComplaints"];

    public async Task<IReadOnlySet<string>> KeysAsync(CancellationToken cancel = default) => (await store.ComplainingAsync(cancel)).ToHashSet(StringComparer.Ordinal);
}
