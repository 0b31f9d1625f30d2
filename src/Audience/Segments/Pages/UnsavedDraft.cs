using System.Text.Json;
using Microsoft.JSInterop;

namespace BehaviorDashboard.Segments.Pages;

/// <summary>What somebody typed and has not saved, kept in the browser's tab: a reload or a lost connection brings it back.</summary>
/// <param name="Version">Of the segment it changes; 0: a new one. A draft of an older version is let go.</param>
internal sealed record UnsavedDraft(int Version, string Name, string Description, string Rule, DateTimeOffset When);

/// <summary>Where unsaved drafts lie.</summary>
internal sealed class UnsavedDrafts(IJSRuntime js, int? segment) : IAsyncDisposable
{
    private readonly string _key = $"bd-segment-{segment?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "new"}";
    private IJSObjectReference? _module;

    /// <returns>Null where there is none, or none that can be read.</returns>
    public async Task<UnsavedDraft?> ReadAsync()
    {
        try
        {
            return await (await ModuleAsync()).InvokeAsync<string?>("read", _key) is { } text ? JsonSerializer.Deserialize<UnsavedDraft>(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public async Task WriteAsync(UnsavedDraft draft) => await (await ModuleAsync()).InvokeVoidAsync("write", _key, JsonSerializer.Serialize(draft));

    public async Task DropAsync() => await (await ModuleAsync()).InvokeVoidAsync("drop", _key);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the module with it.
        }
    }

    private async Task<IJSObjectReference> ModuleAsync() => _module ??= await js.InvokeAsync<IJSObjectReference>("import", "./js/drafts.js");
}
