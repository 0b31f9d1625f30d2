namespace BehaviorDashboard.Contracts;

/// <summary>
/// A command of the host, run as <c>dotnet run --project src/Web -- name args</c> instead of the web server.
/// Every command also takes <c>--data folder</c>, which the host has already applied when the command runs. While a
/// server holds that store, the command runs inside the server and its output comes back.
/// </summary>
public interface ICommand
{
    /// <summary>First word on the command line, such as <c>import</c>.</summary>
    string Name { get; }

    /// <summary>One line for <c>--help</c>.</summary>
    string Summary { get; }

    /// <summary>
    /// Whether words that name a file are files: when the running server runs the command for another process, they are
    /// made absolute from where that process stands.
    /// </summary>
    bool TakesFiles => true;

    /// <summary>Whether words that are no options name files or folders even where there is nothing yet.</summary>
    bool MakesFiles => false;

    /// <returns>The exit code: 0 only when all that was asked was done.</returns>
    Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel);
}
