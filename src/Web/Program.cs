using BehaviorDashboard;
using BehaviorDashboard.Shell;

return await ProductHost.RunAsync(HostLine.Parse(args), Console.Out, Console.Error);

/// <summary>Entry point; visible so that tests can start the real host.</summary>
public partial class Program;
