using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Recommendations;

/// <summary>What a training brought forth: the model in use, and the same recipe trained without the last days, by which policies are tried.</summary>
/// <param name="Products">Ids in the order of the model's numbers.</param>
/// <param name="Blend">Without the likeness of descriptions, which is made anew from the catalogue.</param>
/// <param name="LikenessWeight">Weight of that voice.</param>
/// <param name="Together">From orders: having the row's product in the basket speaks for those in the row.</param>
/// <param name="TrialFrom">Events from then on are unknown to <paramref name="Trial"/>.</param>
internal sealed record RecommendationModel(string[] Products, Blend Blend, float LikenessWeight, ItemWeights Together, Blend Trial, DateTimeOffset TrialFrom)
{
    public const string Kind = "recommendations";
    public const string Likeness = "likeness";

    private const int Format = 1;

    public byte[] Write() => BlendFile.Pack(output =>
    {
        output.Write(Format);
        output.Write(Products.Length);
        foreach (var product in Products) output.Write(product);
        BlendFile.Write(output, Blend);
        output.Write(LikenessWeight);
        BlendFile.WriteWeights(output, Together);
        BlendFile.Write(output, Trial);
        output.Write(TrialFrom.UtcTicks);
    });

    public static RecommendationModel Read(byte[] content) => BlendFile.Unpack(content, input =>
    {
        if (input.ReadInt32() is var format && format != Format) throw new InvalidDataException($"The model is of format {format}; {Format} is known.");
        var products = new string[input.ReadInt32()];
        for (var n = 0; n < products.Length; n++) products[n] = input.ReadString();
        var blend = BlendFile.Read(input, _ => null);
        return new RecommendationModel(products, blend, input.ReadSingle(), BlendFile.ReadWeights(input), BlendFile.Read(input, _ => null), new DateTimeOffset(input.ReadInt64(), TimeSpan.Zero));
    });
}
