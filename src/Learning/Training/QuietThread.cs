using System.Runtime.InteropServices;

namespace BehaviorDashboard.Learning;

/// <summary>Runs work on a thread of its own that yields to everything else. Linux ignores .NET's priorities, but heeds a thread's nice value.</summary>
public static class QuietThread
{
    private const int ThisThread = 0;
    private const int Nicest = 19;

    public static Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            if (OperatingSystem.IsLinux()) _ = SetPriority(ThisThread, 0, Nicest);
            try
            {
                done.SetResult(work());
            }
            catch (OperationCanceledException)
            {
                done.SetCanceled();
            }
            catch (Exception problem)
            {
                done.SetException(problem);
            }
        }) { IsBackground = true, Priority = ThreadPriority.Lowest, Name = "Training" };
        thread.Start();
        return done.Task;
    }

    [DllImport("libc", EntryPoint = "setpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int priority);
}
