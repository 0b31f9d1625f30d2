using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BehaviorDashboard.Learning;

/// <summary>How models are kept: compressed JSON, readable without the library they were learned with.</summary>
public static class ModelBytes
{
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static byte[] Write<T>(T model)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest)) JsonSerializer.Serialize(gzip, model, Options);
        return bytes.ToArray();
    }

    public static T Read<T>(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<T>(gzip, Options) ?? throw new InvalidDataException("The model is empty.");
    }
}
