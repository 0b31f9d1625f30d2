using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Tests.Recommendations;

/// <summary>Small worlds whose truth is known.</summary>
internal static class Worlds
{
    /// <summary>Half the people like the first half of the products, the others the second; one pick in ten is chance.</summary>
    public static Interactions TwoTastes(int people, int products, int seed)
    {
        var random = new Random(seed);
        var facts = new List<Interaction>();
        for (var person = 0; person < people; person++)
        {
            var own = person % 2 * (products / 2);
            for (var pick = 0; pick < 8; pick++)
            {
                var product = random.NextDouble() < .1 ? random.Next(products) : own + random.Next(products / 2);
                facts.Add(new Interaction(person, product, 1, pick));
            }
        }
        return Interactions.Of(facts, people, products);
    }
}
