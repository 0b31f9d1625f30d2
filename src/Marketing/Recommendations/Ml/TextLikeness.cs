using System.Globalization;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>What a product says of itself.</summary>
public sealed record ProductText(string Title, string? Category, string? Brand, string? More = null);

/// <summary>
/// Likeness of products by what they say of themselves: TF-IDF over words, over single signs and pairs of signs where the
/// text is Chinese, Japanese or Korean, and over category and brand; cosine, the nearest of each product. Needs no behaviour,
/// so it is the voice of new products.
/// </summary>
public static class TextLikeness
{
    private const float CategoryWeight = 1.5f, BrandWeight = .75f, MoreWeight = .5f;

    /// <summary>Words of more products than this, and of more than a tenth of them, tell too little for what they cost.</summary>
    private const int Common = 1500;

    /// <summary>Having touched the row's product speaks for the products in the row.</summary>
    public static ItemWeights Of(IReadOnlyList<ProductText> products, int neighbours = 60)
    {
        var vectors = Vectors(products);
        var holders = new Dictionary<int, List<(int Product, float Value)>>();
        for (var product = 0; product < vectors.Length; product++)
            foreach (var (word, value) in vectors[product])
            {
                if (!holders.TryGetValue(word, out var list)) holders[word] = list = [];
                list.Add((product, value));
            }
        var (targets, weights) = (new int[vectors.Length][], new float[vectors.Length][]);
        var most = Math.Max(Common, products.Count / 10);
        Parallel.For(0, vectors.Length, Cores.Options, () => (Sums: new float[vectors.Length], Touched: new List<int>()), (product, _, buffer) =>
        {
            var (sums, touched) = buffer;
            touched.Clear();
            foreach (var (word, value) in vectors[product])
            {
                if (holders[word].Count > most) continue;
                foreach (var (other, theirs) in holders[word])
                {
                    if (sums[other] == 0) touched.Add(other);
                    sums[other] += value * theirs;
                }
            }
            touched.Remove(product);
            sums[product] = 0;
            var near = touched.OrderByDescending(other => sums[other]).ThenBy(other => other).Take(neighbours).ToArray();
            (targets[product], weights[product]) = (near, Array.ConvertAll(near, other => sums[other]));
            foreach (var other in touched) sums[other] = 0;
            return buffer;
        }, _ => { });
        return ItemWeights.FromRows(targets, weights);
    }

    /// <summary>The words of a text as they are counted, each as often as it stands there.</summary>
    public static IEnumerable<string> Words(string text)
    {
        var word = new List<char>();
        char? before = null;
        foreach (var sign in text.Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant())
        {
            var spelled = IsIdeograph(sign);
            if (!spelled && char.IsLetterOrDigit(sign))
            {
                word.Add(sign);
                before = null;
                continue;
            }
            if (word.Count > 0) yield return new string([.. word]);
            word.Clear();
            if (spelled)
            {
                yield return sign.ToString();
                if (before is { } last) yield return $"{last}{sign}";
            }
            before = spelled ? sign : null;
        }
        if (word.Count > 0) yield return new string([.. word]);
    }

    private static (int Word, float Value)[][] Vectors(IReadOnlyList<ProductText> products)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var counts = products.Select(product => Count(product, numbers)).ToList();
        var holders = new int[numbers.Count];
        foreach (var count in counts)
            foreach (var word in count.Keys) holders[word]++;
        return [.. counts.Select(count => Scaled(count, holders, products.Count))];
    }

    private static Dictionary<int, float> Count(ProductText product, Dictionary<string, int> numbers)
    {
        var count = new Dictionary<int, float>();
        foreach (var word in Words(product.Title)) Add(word, 1);
        if (product.More is { } more) foreach (var word in Words(more)) Add(word, MoreWeight);
        if (product.Category is { } category) Add("\u0001" + category.ToLower(CultureInfo.InvariantCulture), CategoryWeight);
        if (product.Brand is { } brand) Add("\u0002" + brand.ToLower(CultureInfo.InvariantCulture), BrandWeight);
        return count;

        void Add(string word, float weight)
        {
            if (!numbers.TryGetValue(word, out var number)) numbers[word] = number = numbers.Count;
            count[number] = count.GetValueOrDefault(number) + weight;
        }
    }

    private static (int Word, float Value)[] Scaled(Dictionary<int, float> count, int[] holders, int products)
    {
        var values = count.Select(c => (Word: c.Key, Value: (1 + MathF.Log(Math.Max(c.Value, .1f))) * MathF.Log((1f + products) / (1 + holders[c.Key])))).Where(v => v.Value > 0).ToArray();
        var length = MathF.Sqrt(values.Sum(v => v.Value * v.Value));
        return length > 0 ? Array.ConvertAll(values, v => (v.Word, v.Value / length)) : [];
    }

    private static bool IsIdeograph(char sign) => sign is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u9fff') or (>= '\uac00' and <= '\ud7af') or (>= '\uf900' and <= '\ufaff') || char.IsSurrogate(sign);
}
