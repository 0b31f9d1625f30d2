namespace BehaviorDashboard.Evaluation;

/// <summary>One thing the product learns, measured on files it has never seen.</summary>
/// <param name="Arguments">How to call it, for the help.</param>
/// <param name="Run">Throws <see cref="EvaluationException"/> with the reason where it cannot run.</param>
internal sealed record EvaluationTask(string Name, string Arguments, Func<Arguments, Report, Task> Run);

/// <summary>A task cannot run, and why.</summary>
internal sealed class EvaluationException(string reason) : Exception(reason);
