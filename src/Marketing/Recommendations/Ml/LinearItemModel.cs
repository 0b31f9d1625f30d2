namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>
/// The shrunk linear item model: every product's presence is predicted from the other products of the same person by ridge
/// regression with a zero diagonal. In closed form B = I − P·diag(P)⁻¹ with P = (XᵀX + Λ)⁻¹ (H. Steck, "Embarrassingly Shallow
/// Autoencoders for Sparse Data", WWW 2019); Λ = λ + p/(1−p)·diag(XᵀX) is its denoising form (Steck, "Autoencoders that don't
/// overfit towards the Identity", NeurIPS 2020).
/// Past <see cref="DenseLimit"/> products the full matrix no longer fits: then each product is regressed on its nearest ones only.
/// </summary>
public static class LinearItemModel
{
    public const int DenseLimit = 3000;

    public static ItemWeights Train(Interactions interactions, LinearSettings settings) =>
        interactions.ItemCount <= DenseLimit ? TrainDense(interactions, settings) : TrainLocal(interactions, settings);

    public static ItemWeights TrainDense(Interactions interactions, LinearSettings settings)
    {
        var n = interactions.ItemCount;
        var gram = Gram(interactions);
        var spread = settings.Dropout / (1 - settings.Dropout);
        for (var item = 0; item < n; item++)
            gram[item * n + item] += settings.Ridge + spread * gram[item * n + item];
        var inverse = SymmetricMatrix.Invert(gram, n);
        var all = Enumerable.Range(0, n).ToArray();
        var columnScale = Enumerable.Range(0, n).Select(item => -1 / inverse[item * n + item]).ToArray();
        var weights = new float[n][];
        Parallel.For(0, n, Cores.Options, item =>
        {
            var row = new float[n];
            System.Numerics.Tensors.TensorPrimitives.Multiply(inverse.AsSpan(item * n, n), columnScale, row);
            row[item] = 0;
            weights[item] = row;
        });
        return ItemWeights.FromRows(Enumerable.Repeat(all, n).ToArray(), weights);
    }

    /// <summary>Each product regressed on its <see cref="LinearSettings.Neighbours"/> nearest: memory grows with products times neighbours.</summary>
    public static ItemWeights TrainLocal(Interactions interactions, LinearSettings settings)
    {
        var shared = CoOccurrence.Count(interactions, longest: 500, keep: Math.Max(1000, settings.Neighbours));
        var n = interactions.ItemCount;
        var (sources, weights) = (new int[n][], new float[n][]);
        var spread = settings.Dropout / (1 - settings.Dropout);
        Parallel.For(0, n, Cores.Options, () => (Place: Slots(n), Gram: new float[settings.Neighbours * settings.Neighbours]), (item, _, buffer) =>
        {
            var near = Nearest(shared, item, settings);
            var k = near.Length;
            var gram = buffer.Gram.AsSpan(0, k * k);
            var right = new float[k];
            gram.Clear();
            for (var a = 0; a < k; a++)
                buffer.Place[near[a]] = a;
            Fill(shared, item, near, buffer.Place, gram, right);
            for (var a = 0; a < k; a++)
                gram[a * k + a] = shared.People[near[a]] * (1 + spread) + settings.Ridge;
            if (SymmetricMatrix.Factor(gram, k))
                SymmetricMatrix.Solve(gram, k, right);
            for (var a = 0; a < k; a++)
                buffer.Place[near[a]] = -1;
            (sources[item], weights[item]) = Positive(near, right);
            return buffer;
        }, _ => { });
        return ItemWeights.FromColumns(sources, weights);
    }

    private static float[] Gram(Interactions interactions)
    {
        var n = interactions.ItemCount;
        var gram = new float[(long)n * n];
        var byItem = interactions.Transposed();
        Parallel.For(0, n, Cores.Options, item =>
        {
            var row = gram.AsSpan(item * n, n);
            foreach (var user in byItem.ItemsOf(item))
                foreach (var other in interactions.ItemsOf(user))
                    row[other]++;
        });
        return gram;
    }

    private static int[] Nearest(CoOccurrence shared, int item, LinearSettings settings)
    {
        var partners = shared.PartnersOf(item).ToArray();
        var counts = shared.CountsOf(item);
        var ranks = new float[partners.Length];
        for (var k = 0; k < partners.Length; k++)
            ranks[k] = -counts[k] / MathF.Sqrt(shared.People[item] * shared.People[partners[k]] + settings.Ridge);
        Array.Sort(ranks, partners);
        return partners.Length > settings.Neighbours ? partners[..settings.Neighbours] : partners;
    }

    private static void Fill(CoOccurrence shared, int item, int[] near, int[] place, Span<float> gram, float[] right)
    {
        var k = near.Length;
        for (var a = 0; a < k; a++)
        {
            var partners = shared.PartnersOf(near[a]);
            var counts = shared.CountsOf(near[a]);
            for (var p = 0; p < partners.Length; p++)
            {
                // A row that was cut may miss a pair its partner still has: write both halves.
                if (place[partners[p]] is var b and >= 0)
                    gram[a * k + b] = gram[b * k + a] = counts[p];
            }
        }
        var own = shared.PartnersOf(item);
        var ownCounts = shared.CountsOf(item);
        for (var p = 0; p < own.Length; p++)
            if (place[own[p]] is var a and >= 0)
                right[a] = ownCounts[p];
    }

    private static (int[] Sources, float[] Weights) Positive(int[] near, float[] solution)
    {
        var kept = Enumerable.Range(0, near.Length).Where(k => solution[k] > 0).ToArray();
        return (Array.ConvertAll(kept, k => near[k]), Array.ConvertAll(kept, k => solution[k]));
    }

    private static int[] Slots(int n)
    {
        var slots = new int[n];
        Array.Fill(slots, -1);
        return slots;
    }
}

/// <param name="Ridge">λ: the same penalty on every product.</param>
/// <param name="Dropout">p: the share of a person's products the model has to do without.</param>
/// <param name="Neighbours">How many products speak for one, where the model is local.</param>
public sealed record LinearSettings(float Ridge, float Dropout = 0, int Neighbours = 100);
