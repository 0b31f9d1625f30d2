using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Imports;

namespace BehaviorDashboard.Reviews;

/// <summary>Brings a file of reviews in: columns product_id and body, and where there are some review_id, user_id, rating, category, at. Any usual delimiter and encoding, plain, gzip or a zip of one file.</summary>
internal sealed class ReviewsImportCommand(ReviewService service) : ICommand
{
    private const long LargestUnpacked = 4L * 1024 * 1024 * 1024;
    private static readonly string[] Bodies = ["body", "review", "review_body", "text", "comment", "content"];
    private static readonly string[] Products = ["product_id", "sku"];
    private static readonly string[] Stars = ["rating", "stars"];
    private static readonly string[] Times = ["at", "date", "created_at"];

    public string Name => "import-reviews";

    public string Summary => "import-reviews <file.csv>: product_id, body, and optionally review_id, user_id, rating, category, at";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (arguments is not [var path] || !File.Exists(path))
        {
            await errors.WriteLineAsync(arguments.Count == 1 ? $"{arguments[0]} does not exist." : "Name one file. " + Summary);
            return 2;
        }
        try
        {
            return await ReadAsync(path, output, errors, cancel);
        }
        catch (ImportException refused)
        {
            await errors.WriteLineAsync(refused.Message);
            return 2;
        }
    }

    private async Task<int> ReadAsync(string path, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        using var file = SourceFile.Open(path, SourceFile.Detect(path, new FormatWish(), LargestUnpacked), LargestUnpacked);
        var (batch, lines, stored, read, refused) = (new List<NewReview>(), new List<int>(), 0, 0, 0);
        int[]? product = null, body = null, rating = null, time = null;
        foreach (var row in file.Rows())
        {
            product ??= row.Columns.Of(Products);
            if (product.Length == 0) throw new ImportException($"{path} has no column product_id; there are {string.Join(", ", row.Columns.Names)}.");
            (body, rating, time) = (body ?? row.Columns.Of(Bodies), rating ?? row.Columns.Of(Stars), time ?? row.Columns.Of(Times));
            read++;
            var (stars, at) = (row.First(rating), row.First(time));
            var (given, when) = (0.0, default(DateTimeOffset));
            if (row.Fault is { } fault) await RefuseAsync(row.Line, "row", fault + ".");
            else if (stars is not null && !double.TryParse(stars.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out given)) await RefuseAsync(row.Line, "rating", $"'{stars}' is not a number.");
            else if (at is not null && !DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out when)) await RefuseAsync(row.Line, "at", $"'{at}' is not an ISO 8601 instant.");
            else
            {
                lines.Add(row.Line);
                batch.Add(new NewReview(row["review_id"] ?? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}:{row.Line}"), row.First(product), row["user_id"], null, stars is null ? null : given, row.First(body), row["category"], at is null ? null : when));
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
            return errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"line {line}, {field}: {reason}"));
        }
    }
}
