namespace BehaviorDashboard.Api;

/// <summary>Bodies that work as they stand, for the API reference.</summary>
internal static class Examples
{
    private const string Track = """{"type":"track","event":"Product Viewed","userId":"u-1001","properties":{"product_id":"p-1","price":19.9}}""";

    public static string Body(string path) => path switch
    {
        "/v1/batch" or "/v1/import" => $$"""{"batch":[{{Track}}]}""",
        "/v1/track" => Track,
        "/v1/identify" => """{"userId":"u-1001","traits":{"email":"jane@example.com","name":"Jane"}}""",
        "/v1/page" => """{"userId":"u-1001","name":"Home","properties":{"url":"https://shop.example/"}}""",
        "/v1/screen" => """{"userId":"u-1001","name":"Home"}""",
        "/v1/group" => """{"userId":"u-1001","groupId":"g-1","traits":{"name":"Gold"}}""",
        "/v1/alias" => """{"userId":"u-1001","previousId":"a-77"}""",
        "/api/v1/keys" => """{"name":"shop","scopes":["write"]}""",
        _ => "{}",
    };
}
