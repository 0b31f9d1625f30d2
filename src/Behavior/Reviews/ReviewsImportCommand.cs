using System.Globalization;
using BehaviorDashboard.Contracts;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Reviews;

/// <summary>Brings a file of reviews in: columns product_id and body, and where there are some review_id, user_id, rating, category, at.</summary>
internal sealed class ReviewsImportCommand(ReviewService service) : ICommand
{
    public string Name => "import-reviews";

    public string Summary => "import-reviews <file.csv>: product_id, body, and optionally review_id, user_id, rating, category, at";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (arguments is not [var path] || !File.Exists(path))
        {
            await errors.WriteLineAsync(arguments.Count == 1 ? $"{arguments[0]} does not exist." : "Name one file. " + Summary);
            return 2;
        }
        await using var csv = await CsvDataReader.CreateAsync(path, new CsvDataReaderOptions { Comment = '\0', MaxBufferSize = 4 * 1024 * 1024 }, cancel);
        var columns = Enumerable.Range(0, csv.FieldCount).ToDictionary(i => csv.GetName(i).Trim('\uFEFF', ' '), i => i, StringComparer.OrdinalIgnoreCase);
        if (!columns.ContainsKey("product_id"))
        {
            await errors.WriteLineAsync($"{path} has no column product_id; there are {string.Join(", ", columns.Keys)}.");
            return 2;
        }
        var (batch, lines, stored, read, refused) = (new List<NewReview>(), new List<int>(), 0, 0, 0);
        while (await csv.ReadAsync(cancel))
        {
            read++;
            string? Cell(string name) => columns.TryGetValue(name, out var i) && i < csv.RowFieldCount && csv.GetString(i).Trim() is { Length: > 0 } value ? value : null;
            if (Cell("rating") is { } stars && !double.TryParse(stars, CultureInfo.InvariantCulture, out _)) await RefuseAsync(csv.RowNumber, "rating", $"'{stars}' is not a number.");
            else if (Cell("at") is { } time && !DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)) await RefuseAsync(csv.RowNumber, "at", $"'{time}' is not an ISO 8601 instant.");
            else
            {
                lines.Add(csv.RowNumber);
                batch.Add(new NewReview(Cell("review_id") ?? $"{Path.GetFileName(path)}:{csv.RowNumber}", Cell("product_id"), Cell("user_id"), null, Cell("rating") is { } r ? double.Parse(r, CultureInfo.InvariantCulture) : null,
                    Cell("body") ?? Cell("review"), Cell("category"), Cell("at") is { } at ? DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null));
            }
            if (batch.Count >= ReviewService.MostAtOnce) await StoreAsync();
        }
        await StoreAsync();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{read} read, {stored} new, {read - stored - refused} known before, {refused} refused."));
        return refused == 0 ? 0 : 1;

        async Task StoreAsync()
        {
            var (added, problems) = await service.AddAsync(batch, "import:reviews", cancel);
            stored += added;
            foreach (var problem in problems) await RefuseAsync(lines[problem.Index], problem.Field, problem.Reason);
            batch.Clear();
            lines.Clear();
        }

        Task RefuseAsync(int line, string field, string reason)
        {
            refused++;
            return errors.WriteLineAsync($"line {line}, {field}: {reason}");
        }
    }
}
