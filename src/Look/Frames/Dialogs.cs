using MudBlazor;

namespace BehaviorDashboard.Look;

/// <summary>What a dangerous act is about to do, for <see cref="Dialogs.ConfirmSizeAsync"/>.</summary>
/// <param name="Title">Heading: "Merge these people".</param>
/// <param name="Size">How many things it touches.</param>
/// <param name="What">What they are: "people".</param>
/// <param name="Text">What will happen, and whether it can be undone.</param>
/// <param name="Verb">Word on the button.</param>
public sealed record DangerousAct(string Title, long Size, string What, string Text, string Verb);

public static class Dialogs
{
    /// <summary>States the size of the act and has the number typed.</summary>
    /// <returns>True when confirmed.</returns>
    public static async Task<bool> ConfirmSizeAsync(this IDialogService dialogs, DangerousAct act)
    {
        var parameters = new DialogParameters<ConfirmSize>
        {
            { d => d.Size, act.Size }, { d => d.What, act.What }, { d => d.Text, act.Text }, { d => d.Verb, act.Verb },
        };
        var options = new DialogOptions { MaxWidth = MaxWidth.ExtraSmall, FullWidth = true, CloseOnEscapeKey = true };
        var dialog = await dialogs.ShowAsync<ConfirmSize>(act.Title, parameters, options);
        return await dialog.Result is { Canceled: false };
    }
}
