using System.Text.RegularExpressions;
using BehaviorDashboard.Accounts;
using BehaviorDashboard.Commands;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Shell;

/// <summary>Builds the product from its modules and runs it: as the web server, or as one command.</summary>
internal static partial class ProductHost
{
    internal const int Failed = 1;

    /// <summary>The command line or a setting cannot be: nothing mends it but a person.</summary>
    internal const int NotUnderstood = 2;

    public static async Task<int> RunAsync(HostLine line, TextWriter output, TextWriter errors)
    {
        if (line.Problem is not null)
        {
            await errors.WriteLineAsync(line.Problem);
            return NotUnderstood;
        }
        try
        {
            await using var app = Build(line);
            if (line.Help) return await HelpAsync(app.Services, output);
            if (line.Command is not null) return await CommandAsync(app.Services, line, output, errors);
            Validate(app.Services);
            await PrepareToServeAsync(app.Services);
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException problem)
        {
            return await RefuseAsync([problem], errors);
        }
        catch (AggregateException problem) when (problem.InnerExceptions.All(p => p is OptionsValidationException))
        {
            return await RefuseAsync(problem.InnerExceptions.Cast<OptionsValidationException>(), errors);
        }
        catch (StoreUnavailableException problem)
        {
            await errors.WriteLineAsync(problem.Message);
            return Failed;
        }
    }

    /// <summary>Builds and starts the web server inside this process; the caller stops it.</summary>
    internal static async Task<WebApplication> StartAsync(HostLine line, Action<IServiceCollection>? more = null, Action<WebApplication>? routes = null)
    {
        var app = Build(line, more, routes);
        await PrepareToServeAsync(app.Services);
        await app.StartAsync();
        return app;
    }

    internal static WebApplication Build(HostLine line, Action<IServiceCollection>? more = null, Action<WebApplication>? routes = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. line.Command is null ? line.Rest : []], ApplicationName = typeof(ProductHost).Assembly.GetName().Name, WebRootPath = PublishedAssets });
        builder.Configuration.AddProductSources(builder.Environment, line);
        builder.WebHost.UseStaticWebAssets();
        // A command's answer goes to the output alone, so that it can be read by a program.
        if (line.Command is not null) builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        foreach (var module in Modules.All) module.AddServices(builder.Services, builder.Configuration);
        more?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseShell();
        foreach (var module in Modules.All) module.MapRoutes(app);
        routes?.Invoke(app);
        return app;
    }

    /// <summary>Beside the published program, wherever it is started from; null while it runs from the source tree.</summary>
    private static string? PublishedAssets => Path.Combine(AppContext.BaseDirectory, "wwwroot") is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>The store is at this version before anything reads it.</summary>
    private static async Task PrepareAsync(IServiceProvider services, CancellationToken cancel) =>
        await services.GetRequiredService<Migrator>().MigrateAsync(cancel);

    /// <summary>All settings, before the host does: it would write where in the program it found out.</summary>
    private static void Validate(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (InvalidOperationException problem)
        {
            // A word where a number belongs.
            throw new OptionsValidationException(Options.DefaultName, typeof(IConfiguration), [problem.Message]);
        }
    }

    private static async Task PrepareToServeAsync(IServiceProvider services)
    {
        await PrepareAsync(services, CancellationToken.None);
        await services.GetRequiredService<AdminFromFile>().MakeAsync(CancellationToken.None);
    }

    /// <summary>A line for each setting, with its name and without the framework's words around it.</summary>
    private static async Task<int> RefuseAsync(IEnumerable<OptionsValidationException> problems, TextWriter errors)
    {
        foreach (var failure in problems.SelectMany(p => p.Failures)) await errors.WriteLineAsync(FrameworkWords().Replace(failure, Named));
        return NotUnderstood;

        static string Named(Match words) => $"{words.Groups["section"]}:{words.Groups["name"]}" is var key && words.Groups["what"].Value is var what && what.StartsWith(key, StringComparison.Ordinal) ? what : $"{key}: {what}";
    }

    [GeneratedRegex(@"^DataAnnotation validation failed for '(?<section>\w+)Options' members: '(?<name>[\w,]+)' with the error: '(?<what>.*)'\.$", RegexOptions.Singleline)]
    private static partial Regex FrameworkWords();

    private static async Task<int> HelpAsync(IServiceProvider services, TextWriter output)
    {
        await output.WriteLineAsync("""
            BehaviorDashboard

              (no command)        run the web server
              --demo              with a simulated shop and demo accounts, on this machine only
              --data <folder>     folder of the store; every command takes it
              --urls <addresses>  where the web server listens

            Commands
            """);
        await using var scope = services.CreateAsyncScope();
        foreach (var command in scope.ServiceProvider.GetServices<ICommand>().OrderBy(c => c.Name, StringComparer.Ordinal))
            await output.WriteLineAsync($"  {command.Name,-18}  {command.Summary}");
        return 0;
    }

    private static async Task<int> CommandAsync(IServiceProvider services, HostLine line, TextWriter output, TextWriter errors)
    {
        using var stop = new CancellationTokenSource();
        ConsoleCancelEventHandler onCancel = (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        Console.CancelKeyPress += onCancel;
        try
        {
            if (await RunningServer.TryRunAsync(StoreFolder(services), line.Command!, line.Rest, output, errors, stop.Token) is { } exit) return exit;
            try
            {
                return await HereAsync(services, line, output, errors, stop.Token);
            }
            catch (StoreUnavailableException) when (RunningServer.Appears(StoreFolder(services)))
            {
                return await RunningServer.TryRunAsync(StoreFolder(services), line.Command!, line.Rest, output, errors, stop.Token) ?? Failed;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await errors.WriteLineAsync("Cancelled.");
            return Failed;
        }
        finally
        {
            Console.CancelKeyPress -= onCancel;
        }
    }

    private static async Task<int> HereAsync(IServiceProvider services, HostLine line, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        var command = scope.ServiceProvider.GetServices<ICommand>().FirstOrDefault(c => c.Name == line.Command);
        if (command is null)
        {
            await errors.WriteLineAsync($"There is no command '{line.Command}'; --help lists them.");
            return NotUnderstood;
        }
        await PrepareAsync(services, cancel);
        using var actor = AuditActor.Begin(AuditActor.CommandLine);
        return await command.RunAsync(line.Rest, output, errors, cancel);
    }

    private static string StoreFolder(IServiceProvider services) => services.GetRequiredService<IOptions<StorageOptions>>().Value.Folder;
}
