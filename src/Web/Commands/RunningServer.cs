using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace BehaviorDashboard.Commands;

/// <summary>The caller's side: hands a command to the server that holds the store, and repeats what it answers.</summary>
internal static class RunningServer
{
    private const int Failed = 1;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    /// <summary>Waits a little for a server that holds the store but is still starting.</summary>
    public static bool Appears(string folder) => SpinWait.SpinUntil(() => ServerFile.Read(folder) is not null, StartPatience);

    /// <returns>The command's exit code, or null when no server runs on this folder and the command must run here.</returns>
    public static async Task<int?> TryRunAsync(string folder, string name, IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (ServerFile.Read(folder) is not { } server) return null;
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
        // The certificate is for another name than loopback; the token says who we are, and the file who the server is.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var client = new HttpClient(handler) { BaseAddress = new Uri(server.Url), Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, CommandsApi.Path) { Content = JsonContent.Create(new CommandCall(name, arguments, Environment.CurrentDirectory)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        HttpResponseMessage answer;
        try
        {
            answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException)
        {
            // Left behind by a server that was killed.
            return null;
        }
        using (answer)
        {
            if (!answer.IsSuccessStatusCode) return null;
            return await RepeatAsync(answer, output, errors, cancel);
        }
    }

    private static async Task<int> RepeatAsync(HttpResponseMessage answer, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        try
        {
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
            while (await lines.ReadLineAsync(cancel) is { } line)
            {
                var frame = JsonSerializer.Deserialize<CommandFrame>(line)!;
                if (frame.Output is not null) await output.WriteAsync(frame.Output);
                if (frame.Error is not null) await errors.WriteAsync(frame.Error);
                if (frame.Exit is { } exit) return exit;
            }
        }
        catch (IOException)
        {
            // Said below: the server went away.
        }
        await errors.WriteLineAsync("The server stopped before the command had ended.");
        return Failed;
    }
}
