using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>
/// Implicit matrix factorisation by alternating least squares (Hu, Koren, Volinsky, "Collaborative Filtering for Implicit
/// Feedback Datasets", ICDM 2008): absent pairs count as 0 with confidence 1, touched ones as 1 with confidence 1 + α.
/// A person is folded in from the history when asked, so new visitors and fresh clicks need no training.
/// </summary>
public sealed class ImplicitFactors : IItemScorer
{
    private readonly float[] items;
    private readonly float[] gram;
    private readonly FactorSettings settings;

    private ImplicitFactors(float[] items, FactorSettings settings)
    {
        (this.items, this.settings) = (items, settings);
        gram = Gram(items, settings.Factors);
    }

    internal ReadOnlySpan<float> Vectors => items;

    internal FactorSettings Settings => settings;

    /// <summary>From vectors trained before, one after the other.</summary>
    internal static ImplicitFactors Of(float[] items, FactorSettings settings) => new(items, settings);

    /// <summary>People that teach the vectors of products at most: more change them little, and nobody's own vector is kept.</summary>
    private const int MostPeople = 200_000;

    public static ImplicitFactors Train(Interactions interactions, FactorSettings settings, int seed)
    {
        var f = settings.Factors;
        var random = new Random(seed);
        if (interactions.UserCount > MostPeople)
        {
            var people = Enumerable.Range(0, interactions.UserCount).ToArray();
            random.Shuffle(people);
            interactions = interactions.Of(people[..MostPeople]);
        }
        var byItem = interactions.Transposed();
        var items = new float[interactions.ItemCount * f];
        for (var n = 0; n < items.Length; n++)
            items[n] = (float)(random.NextDouble() - .5) * 2 / f;
        var users = new float[interactions.UserCount * f];
        for (var round = 0; round < settings.Rounds; round++)
        {
            Half(interactions, items, users, settings);
            Half(byItem, users, items, settings);
        }
        return new ImplicitFactors(items, settings);
    }

    public void Score(History history, Span<float> scores)
    {
        var f = settings.Factors;
        var person = new float[f];
        SolveRow(history.Items, items, gram, person, new float[f * f], settings);
        for (var item = 0; item < items.Length / f; item++)
            scores[item] = TensorPrimitives.Dot(items.AsSpan(item * f, f), person);
    }

    private static void Half(Interactions rows, float[] known, float[] wanted, FactorSettings settings)
    {
        var f = settings.Factors;
        var gram = Gram(known, f);
        Parallel.For(0, rows.UserCount, Cores.Options, () => new float[f * f], (row, _, buffer) =>
        {
            SolveRow(rows.ItemsOf(row), known, gram, wanted.AsSpan(row * f, f), buffer, settings);
            return buffer;
        }, _ => { });
    }

    private static void SolveRow(ReadOnlySpan<int> columns, float[] known, float[] gram, Span<float> x, Span<float> a, FactorSettings settings)
    {
        var f = settings.Factors;
        gram.CopyTo(a);
        x.Clear();
        foreach (var column in columns)
            TensorPrimitives.MultiplyAdd(known.AsSpan(column * f, f), 1 + settings.Confidence, x, x);
        AddSquares(columns, known, f, settings.Confidence, a);
        for (var i = 0; i < f; i++)
            a[i * f + i] += settings.Ridge;
        if (SymmetricMatrix.Factor(a, f))
            SymmetricMatrix.Solve(a, f, x);
        else
            x.Clear();
    }

    private static float[] Gram(float[] rows, int f)
    {
        var gram = new float[f * f];
        AddSquares([.. Enumerable.Range(0, rows.Length / f)], rows, f, 1, gram);
        return gram;
    }

    /// <summary>Adds <paramref name="factor"/>·Σ v vᵀ of the named vectors, the lower triangle only: four rows by one vector register at a time stay in registers over all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSquares(ReadOnlySpan<int> columns, ReadOnlySpan<float> known, int f, float factor, Span<float> a)
    {
        var width = Vector<float>.Count;
        for (var i = 0; i < f; i += 4)
        {
            for (var j = 0; j <= i + 3; j += width)
            {
                var (one, two, three, four) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
                foreach (var column in columns)
                {
                    var vector = known.Slice(column * f, f);
                    var part = new Vector<float>(vector[j..]);
                    one = Vector.FusedMultiplyAdd(new Vector<float>(vector[i]), part, one);
                    two = Vector.FusedMultiplyAdd(new Vector<float>(vector[i + 1]), part, two);
                    three = Vector.FusedMultiplyAdd(new Vector<float>(vector[i + 2]), part, three);
                    four = Vector.FusedMultiplyAdd(new Vector<float>(vector[i + 3]), part, four);
                }
                Add(one, a[(i * f + j)..], factor);
                Add(two, a[((i + 1) * f + j)..], factor);
                Add(three, a[((i + 2) * f + j)..], factor);
                Add(four, a[((i + 3) * f + j)..], factor);
            }
        }
    }

    private static void Add(Vector<float> sum, Span<float> to, float factor) => Vector.FusedMultiplyAdd(sum, new Vector<float>(factor), new Vector<float>(to)).CopyTo(to);
}

/// <param name="Factors">Length of a vector, a multiple of 16.</param>
/// <param name="Confidence">α: how much more a touched pair counts than an absent one.</param>
/// <param name="Ridge">Penalty on the length of the vectors.</param>
public sealed record FactorSettings(int Factors, float Confidence, float Ridge, int Rounds = 10);
