using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace BehaviorDashboard.Look;

/// <summary>New points for one line of a chart.</summary>
/// <param name="Series">Position of the line, from 0.</param>
public sealed record ChartPoint(int Series, DateTimeOffset At, double? Value);

public sealed partial class EChart
{
    private readonly string _id = Guid.NewGuid().ToString("n");
    private ElementReference _canvas;
    private IJSObjectReference? _module;
    private string? _sent;
    private bool _table, _left;

    /// <summary>What to draw. Another model redraws; the same figures are not sent twice.</summary>
    [Parameter, EditorRequired] public ChartModel Model { get; set; } = null!;

    /// <summary>What the chart shows, in words, for those who do not see it; also names the CSV file.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>CSS height.</summary>
    [Parameter] public string Height { get; set; } = "240px";

    /// <summary>Points that a line keeps at most when new ones are pushed.</summary>
    [Parameter] public int MaxPoints { get; set; } = 600;

    private ChartTable Table => Model.Table;

    /// <summary>Appends points without sending the rest again. The table follows when the page sets its next model.</summary>
    public async Task PushAsync(IEnumerable<ChartPoint> points)
    {
        if (_module is null) return;
        var batch = points.Select(p => new object?[] { p.Series, Charts.Axis(Clock, p.At), p.Value }).ToArray();
        try
        {
            if (batch.Length > 0) await _module.InvokeVoidAsync("push", _id, batch, MaxPoints);
        }
        catch (Exception gone) when (gone is JSDisconnectedException or TaskCanceledException)
        {
            // The page was left, or does not answer any more.
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        try
        {
            var options = JsonSerializer.Serialize(Model.Options);
            if (options == _sent) return;
            _sent = options;
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/charts.js");
            // The page may have been left meanwhile: nothing is there to draw on.
            if (_left) await ForgetAsync();
            else await _module.InvokeVoidAsync("show", _id, _canvas, options);
        }
        catch (Exception gone) when (gone is JSDisconnectedException or TaskCanceledException)
        {
            // The connection is gone.
        }
    }

    private async Task DownloadAsync()
    {
        _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/charts.js");
        await _module.InvokeVoidAsync("download", Label + ".csv", Table.ToCsv());
    }

    private string Cell(object? value) => value switch
    {
        null => ShopFormat.Unknown,
        DateTimeOffset at => Format.Moment(at),
        DateOnly day => Format.Date(day),
        double number => Format.Number(number, number == Math.Floor(number) ? 0 : 2),
        decimal number => Format.Number(number, number == Math.Floor(number) ? 0 : 2),
        long or int => Format.Number(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
        _ => value.ToString() ?? ShopFormat.Unknown,
    };

    public async ValueTask DisposeAsync()
    {
        _left = true;
        await ForgetAsync();
    }

    private async Task ForgetAsync()
    {
        if (_module is not { } module) return;
        _module = null;
        try
        {
            await module.InvokeVoidAsync("remove", _id);
            await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has already let it go.
        }
    }
}
