namespace BehaviorDashboard.Ingest;

/// <summary>Why one event was not taken.</summary>
/// <param name="Code">Stable name of the reason: one of <see cref="RejectionCodes"/>.</param>
/// <param name="Field">Path of the value at fault, such as <c>properties.revenue</c>.</param>
/// <param name="Reason">What is wrong with it, for the person who sends.</param>
public sealed record Rejection(string Code, string Field, string Reason);

/// <summary>Values of <see cref="Rejection.Code"/>; the inbox groups by them.</summary>
public static class RejectionCodes
{
    public const string NotAnObject = "not_an_object";
    public const string TooLarge = "too_large";
    public const string TooDeep = "too_deep";
    public const string MissingType = "missing_type";
    public const string UnknownType = "unknown_type";
    public const string MissingEvent = "missing_event";
    public const string MissingIdentity = "missing_identity";
    public const string InvalidId = "invalid_id";
    public const string InvalidTime = "invalid_time";
    public const string InvalidValue = "invalid_value";

    public static IReadOnlyList<string> All { get; } =
        [NotAnObject, TooLarge, TooDeep, MissingType, UnknownType, MissingEvent, MissingIdentity, InvalidId, InvalidTime, InvalidValue];
}
