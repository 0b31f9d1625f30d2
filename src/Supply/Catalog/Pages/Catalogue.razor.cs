using System.Globalization;
using BehaviorDashboard.Look;
using Microsoft.AspNetCore.Components.Forms;

namespace BehaviorDashboard.Catalog.Pages;

/// <summary>What buying each product takes, to be changed in the table or in a spreadsheet.</summary>
public sealed partial class Catalogue
{
    private const int Lines = 25;
    private const long MostBytes = 20 << 20;
    private IReadOnlyList<SupplyTerms>? _all;
    private IReadOnlyList<TermsProblem> _problems = [];
    private SheetPreview? _preview;
    private string? _said;
    private string _typed = "";
    private int _matching;

    [Microsoft.AspNetCore.Components.SupplyParameterFromQuery(Name = "q")] public string? Query { get; set; }

    [Microsoft.AspNetCore.Components.SupplyParameterFromQuery(Name = "page")] public int? Page { get; set; }

    private int Place => Math.Max(0, Page ?? 0);

    private List<SupplyTerms> Shown { get; set; } = [];

    private string? Lead => _all is { Count: > 0 } all ? (string)Text["Catalogue.Lead", Format.Number((long)all.Count), Format.Number((long)all.Count(t => t.LeadDays is null)), Format.Number((long)all.Count(t => t.Stock is null))]! : null;

    protected override Task OnParametersSetAsync()
    {
        _typed = Query ?? "";
        return LoadAsync();
    }

    private async Task LoadAsync()
    {
        _all = await Service.AllAsync();
        var matching = _all.Where(t => _typed.Trim() is { Length: 0 } || new[] { t.Id, t.Title, t.Category, t.Supplier }.Any(f => f?.Contains(_typed.Trim(), StringComparison.OrdinalIgnoreCase) == true)).ToList();
        (_matching, Shown) = (matching.Count, [.. matching.Skip(Place * Lines).Take(Lines)]);
    }

    private static IEnumerable<(string Field, string? Value, string? Step)> Cells(SupplyTerms t) =>
    [
        ("cost", Plain(t.Cost), "any"), ("stock", Plain(t.Stock), "1"), ("supplier", t.Supplier, null), ("lead_days", Plain(t.LeadDays), "any"), ("lead_spread", Plain(t.LeadSpread), "any"), ("pack_size", Plain(t.PackSize), "1"), ("minimum_order", Plain(t.MinimumOrder), "1"),
    ];

    private static string? Plain(IFormattable? value) => value is decimal money ? money.ToString("0.####", CultureInfo.InvariantCulture) : value?.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>One cell, read as a line of a file would be, so that both refuse the same.</summary>
    private async Task EditAsync(string id, string field, string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) return;
        using var line = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Csv.Write(["id", field], [[id, value]])));
        await SaveAsync(CatalogSheet.Read(line, excel: false, _all ?? []), (string)Text["Saved"]!);
    }

    private async Task ReceiveAsync(InputFileChangeEventArgs chosen)
    {
        (_preview, _problems, _said) = (null, [], null);
        try
        {
            using var copy = new MemoryStream();
            await using (var stream = chosen.File.OpenReadStream(MostBytes)) await stream.CopyToAsync(copy);
            copy.Position = 0;
            _preview = CatalogSheet.Read(copy, !chosen.File.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase), _all ?? []);
            _problems = _preview.Problems;
        }
        catch (IOException)
        {
            _problems = [new TermsProblem(0, "", chosen.File.Name, "too_large")];
        }
    }

    private Task ApplyAsync() => SaveAsync(_preview!, (string)Text["Sheet.Applied", Format.Number((long)_preview!.Shown.Count)]!);

    private async Task SaveAsync(SheetPreview read, string said)
    {
        _problems = read.Problems.Count > 0 ? read.Problems : await Service.SaveAsync(read.Changes);
        (_preview, _said) = (null, _problems.Count == 0 ? said : null);
        await LoadAsync();
    }

    private void Search() => Nav.NavigateTo(With(("q", _typed.Trim() is { Length: > 0 } q ? q : null), ("page", null)));

    private string With(params (string Name, object? Value)[] changes) => Microsoft.AspNetCore.Components.NavigationManagerExtensions.GetUriWithQueryParameters(Nav, changes.ToDictionary(c => c.Name, c => c.Value));
}
