using BehaviorDashboard.Look;
using BehaviorDashboard.Statistics;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Campaigns.Pages;

/// <summary>A past randomised campaign from a file: what it did, whether its split can be believed, whom it moved. Nothing of the file is kept.</summary>
public sealed partial class Past
{
    private const long MostBytes = 64 << 20;
    private const int MostRanked = 100_000;
    private string _text = "";
    private IReadOnlyList<string> _columns = [];
    private string _arm = "", _outcome = "", _revenue = "", _control = "", _learner = "";
    private string? _problem;
    private PastCampaign? _past;
    private IReadOnlyList<Comparison> _effects = [];
    private ChartModel? _chart;
    private double _qini;
    private bool _busy;

    [Inject] private ShopFormat Format { get; set; } = null!;

    [Inject] private IStringLocalizer<CampaignsText> Text { get; set; } = null!;

    private Task ReceiveAsync(InputFileChangeEventArgs e) => GuardAsync(async () =>
    {
        (_past, _chart, _columns) = (null, null, []);
        if (e.File.Size > MostBytes) throw new PastCampaignException(Text["Past.TooLarge", MostBytes >> 20]);
        using var reader = new StreamReader(e.File.OpenReadStream(MostBytes));
        _text = await reader.ReadToEndAsync();
        await using var csv = await CsvDataReader.CreateAsync(new StringReader(_text));
        _columns = [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetName)];
        string Guess(params string[] words) => _columns.FirstOrDefault(c => words.Any(w => c.Contains(w, StringComparison.OrdinalIgnoreCase))) ?? "";
        (_arm, _outcome, _revenue) = (Guess("arm", "treat", "segment", "group", "variant"), Guess("conver", "order", "visit", "outcome", "bought"), Guess("revenue", "spend", "amount"));
        if (_arm.Length == 0) _arm = _columns[0];
        if (_outcome.Length == 0) _outcome = _columns[^1];
    });

    private Task AnalyseAsync() => GuardAsync(async () =>
    {
        (_past, _chart) = (null, null);
        await using var csv = await CsvDataReader.CreateAsync(new StringReader(_text));
        var columns = new PastColumns(_arm, [_outcome, .. _revenue.Length > 0 && _revenue != _outcome ? new[] { _revenue } : []], null, _control.Trim() is { Length: > 0 } named ? named : null);
        var past = await Task.Run(() => PastCampaign.Read(csv, columns));
        _effects = past.Compare();
        _past = past;
        StateHasChanged();
        if (past.Features.Count > 0 && past.Count is >= 1_000 and <= MostRanked) await RankAsync(past);
    });

    /// <summary>Learned on two thirds, shown on the rest.</summary>
    private async Task RankAsync(PastCampaign past)
    {
        var table = past.Table(0);
        var (model, rows) = await Task.Run(() =>
        {
            var random = new Random(1);
            var kept = Enumerable.Range(0, table.Count).Select(_ => random.Next(3) == 0).ToArray();
            var unseen = table.Where(i => kept[i]);
            var fitted = UpliftModel.Fit(table.Where(i => !kept[i]), 1);
            return (fitted, unseen.Rows.Select((r, i) => new UpliftRow(fitted.Predict(r), unseen.Treated[i], unseen.Outcome[i])).ToList());
        });
        (_learner, _qini) = (model.Learner, UpliftCurve.Of(rows).Qini);
        _chart = Charts.Bars(Text["Past.Tenth"], Text["Past.Effect"], [.. UpliftCurve.Deciles(rows).Select(d => (Text["Past.TenthNumber", d.Number].Value, (double?)d.Effect.Value))], ChartUnit.Ratio);
    }

    private async Task GuardAsync(Func<Task> work)
    {
        if (_busy) return;
        (_busy, _problem) = (true, null);
        try
        {
            await work();
        }
        catch (PastCampaignException wrong)
        {
            _problem = wrong.Message;
        }
        catch (Exception wrong) when (wrong is IOException or CsvFormatException or InvalidDataException or FormatException)
        {
            _problem = Text["Past.Unreadable", wrong.Message];
        }
        finally
        {
            _busy = false;
        }
    }
}
