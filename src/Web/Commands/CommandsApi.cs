using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Contracts;
using Microsoft.AspNetCore.Mvc;

namespace BehaviorDashboard.Commands;

/// <summary>
/// Runs commands inside the running server, because the embedded store belongs to one process. Only for callers on this
/// machine that could read <c>server.json</c>; the answer is a stream of JSON lines.
/// </summary>
internal static class CommandsApi
{
    public const string Path = "/_host/commands";
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, RunAsync).AllowAnonymous().DisableRateLimiting().DisableAntiforgery()
        .ExcludeFromDescription().WithMetadata(new RequestSizeLimitAttribute(1024 * 1024));

    private static async Task RunAsync(CommandCall call, HttpContext http, ServerFileWriter file, IEnumerable<ICommand> commands)
    {
        if (!IsFromHere(http) || !Secrets.Same(Bearer(http.Request), file.Token))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        http.Response.ContentType = "application/x-ndjson";
        var frames = Channel.CreateBounded<CommandFrame>(new BoundedChannelOptions(1_024) { SingleReader = true });
        var running = ExecuteAsync(call, commands, frames.Writer, http.RequestAborted);
        await foreach (var frame in frames.Reader.ReadAllAsync(http.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(http.Response.Body, frame, cancellationToken: http.RequestAborted);
            await http.Response.Body.WriteAsync(NewLine, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
        await running;
    }

    private static async Task ExecuteAsync(CommandCall call, IEnumerable<ICommand> commands, ChannelWriter<CommandFrame> frames, CancellationToken cancel)
    {
        // Off the request's thread: a command may write synchronously, and must not wait for its own reader.
        await Task.Run(async () =>
        {
            var exit = 1;
            try
            {
                using var actor = AuditActor.Begin(AuditActor.CommandLine);
                var (output, errors) = (new FrameWriter(frames, t => new CommandFrame(Output: t), cancel), new FrameWriter(frames, t => new CommandFrame(Error: t), cancel));
                var command = commands.FirstOrDefault(c => c.Name == call.Name);
                if (command is null) await errors.WriteLineAsync($"There is no command '{call.Name}'; --help lists them.");
                exit = command is null ? 2 : await command.RunAsync(command.TakesFiles ? [.. call.Arguments.Select(a => Absolute(a, call.Directory, command.MakesFiles))] : call.Arguments, output, errors, cancel);
            }
            catch (Exception problem) when (!cancel.IsCancellationRequested)
            {
                await frames.WriteAsync(new CommandFrame(Error: problem.Message + "\n"), cancel);
            }
            finally
            {
                frames.TryWrite(new CommandFrame(Exit: exit));
                frames.TryComplete();
            }
        }, cancel);
    }

    /// <summary>A word, or what stands behind an equals sign, that names a file where the caller stands.</summary>
    private static string Absolute(string word, string directory, bool evenNew)
    {
        var equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=', StringComparison.Ordinal) + 1 : 0;
        var path = System.IO.Path.GetFullPath(word[equals..], directory);
        if (evenNew && equals == 0 && !word.StartsWith("--", StringComparison.Ordinal)) return path;
        return word.Length > equals && File.Exists(path) ? word[..equals] + path : word;
    }

    private static bool IsFromHere(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } ip && IPAddress.IsLoopback(ip) && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : null;

    /// <summary>Collects what a command writes and sends it on at the end of each line, or when it is flushed.</summary>
    private sealed class FrameWriter(ChannelWriter<CommandFrame> frames, Func<string, CommandFrame> frame, CancellationToken cancel) : TextWriter
    {
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            _text.Append(value);
            if (value == '\n') Flush();
        }

        public override void Write(string? value)
        {
            _text.Append(value);
            if (value is not null && value.Contains('\n', StringComparison.Ordinal)) Flush();
        }

        public override void Flush() => FlushAsync().GetAwaiter().GetResult();

        public override async Task FlushAsync()
        {
            if (_text.Length == 0) return;
            var text = _text.ToString();
            _text.Clear();
            await frames.WriteAsync(frame(text), cancel);
        }

        public override async Task WriteLineAsync(string? value)
        {
            _text.Append(value).Append('\n');
            await FlushAsync();
        }
    }
}
