namespace BehaviorDashboard.LostDemand;

/// <summary>What people wanted of a product while it was sold out.</summary>
/// <param name="People">Different people who looked at it then and did not buy it afterwards.</param>
/// <param name="Views">Times they looked.</param>
/// <param name="Wishes">Times it was put on a wish list.</param>
/// <param name="Units">Days on which somebody wanted it × how many units such a day brings while it is there.</param>
/// <param name="Low">Of a band of 80 %.</param>
/// <param name="Money">Units × price.</param>
public sealed record LostProduct(string ProductId, string Title, long People, long Views, long Wishes, double Rate, double Units, double Low, double High, decimal Money, bool IsBack);

/// <summary>What people searched for and the shop has not.</summary>
/// <param name="Query">As it was typed, in small letters.</param>
/// <param name="Units">People × how often a search that finds something ends in an order.</param>
public sealed record UnmetNeed(string Query, long Searches, long People, double Units, double Low, double High, decimal Money);

/// <param name="SearchRate">Share of sessions with a search that found something which ended in an order.</param>
public sealed record LostDemandReport(IReadOnlyList<LostProduct> Products, IReadOnlyList<UnmetNeed> Needs, double? SearchRate, DateTimeOffset AsOf)
{
    public decimal Money => Products.Sum(p => p.Money) + Needs.Sum(n => n.Money);
}

/// <summary>A product that people waited for and that arrives: how many of them it is enough for.</summary>
/// <param name="Arriving">Units on their way.</param>
/// <param name="Ration">People who can be told so that what is there is enough for them.</param>
/// <param name="Since">From when on people found it sold out: those who looked at it since are the ones who wait.</param>
public sealed record ReturningProduct(string ProductId, string Title, double Arriving, DateTimeOffset ArrivesOn, long Waiting, double LostUnits, long Ration, DateTimeOffset Since);
