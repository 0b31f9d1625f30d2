using BehaviorDashboard.Evaluation;

// dotnet run -c Release --project tests/Evaluation -- <task> <arguments>
// Prints the product's own figures, one a line as "name: value", then each baseline's with its label before the name.
EvaluationTask[] tasks =
[
    ClustersTask.Task,
    ClvTask.Task,
    PropensityTask.Task,
    DemandTask.Task,
    DaysTask.Task,
    M4Task.Task,
    PolicyTask.Task,
    RecommendationsTask.Task,
    UpliftTask.Task,
    UpliftDemoTask.Task,
    SentimentTask.Task,
    IntentsTask.Task,
];

if (tasks.FirstOrDefault(t => t.Name == args.FirstOrDefault()) is not { } task)
{
    Console.Error.WriteLine("Name a task:\n" + string.Join('\n', tasks.Select(t => $"  {t.Name} {t.Arguments}")));
    return 2;
}
try
{
    await task.Run(Arguments.Parse(args[1..]), new Report(Console.Out));
    return 0;
}
catch (EvaluationException reason)
{
    Console.Error.WriteLine(reason.Message);
    Console.Error.WriteLine($"Usage: {task.Name} {task.Arguments}");
    return 1;
}
catch (IOException reason)
{
    Console.Error.WriteLine(reason.Message);
    return 1;
}
