using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Benchmarks;

/// <summary>What the benchmarks share: the product as a process, a key, bodies to send, and a way to print.</summary>
internal static class Setup
{
    public static int Option(string[] args, string name, int fallback) => Text(args, name) is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : fallback;

    public static string? Text(string[] args, string name) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;

    public static async Task<string> KeyAsync(string folder, string scope)
    {
        var (code, output, errors) = await ProductProcess.RunAsync(folder, "keys", "create", "bench", "--scope", scope, "--json");
        return code == 0 ? JsonDocument.Parse(output).RootElement.GetProperty("key").GetString()! : throw new InvalidOperationException(output + errors);
    }

    public static HttpClient Client(Uri address, string key)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>A batch of about 250 bytes an event, from a shop of 20,000 people and 5,000 products.</summary>
    public static byte[] Body(Random random, int number, int events)
    {
        var now = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        var text = new StringBuilder("{\"batch\":[");
        for (var i = 0; i < events; i++)
        {
            if (i > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $$"""{"type":"track","event":"Product Viewed","messageId":"b{{number}}-{{i}}-{{random.NextInt64():x}}","userId":"u{{random.Next(20_000)}}","timestamp":"{{now}}","context":{"sessionId":"s{{random.Next(20_000)}}"},"properties":{"product_id":"p{{random.Next(5_000)}}","category":"c{{random.Next(20)}}","price":19.95,"currency":"USD","list":"search"} }""");
        }
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    public static async Task PostAsync(HttpClient http, byte[] body)
    {
        while (true)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await http.PostAsync(new Uri("v1/batch", UriKind.Relative), content);
            if (answer.IsSuccessStatusCode) return;
            if ((int)answer.StatusCode != 429) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
            await Task.Delay(100);
        }
    }

    public static TimeSpan Cpu(ProductProcess product) => Process.GetProcessById(product.ProcessId).TotalProcessorTime;

    public static void Print(string line) => Console.WriteLine(line);
}
