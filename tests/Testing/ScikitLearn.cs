using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.Testing;

/// <summary>The peer: scikit-learn's k-means over the same numbers, in a process of its own.</summary>
public static class ScikitLearn
{
    private const string Script = """
        import sys, time, numpy
        from sklearn.cluster import KMeans
        rows = numpy.fromfile(sys.argv[1], dtype=numpy.float32).reshape(-1, int(sys.argv[2]))
        start = time.perf_counter()
        fit = KMeans(n_clusters=int(sys.argv[3]), n_init=10, random_state=1).fit(rows)
        print(fit.inertia_, time.perf_counter() - start)
        """;

    /// <param name="rows">Row by row, <paramref name="columns"/> numbers each.</param>
    /// <returns>Inertia of the best of ten restarts and the seconds they took; null where python3 or scikit-learn is not to be had.</returns>
    public static async Task<(double Inertia, double Seconds)?> KMeansAsync(float[] rows, int columns, int k)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, MemoryMarshal.AsBytes<float>(rows).ToArray());
            foreach (var python in new[] { "/usr/bin/python3", "python3" })
            {
                var start = new ProcessStartInfo(python) { RedirectStandardOutput = true, RedirectStandardError = true };
                foreach (var argument in new[] { "-c", Script, file, columns.ToString(CultureInfo.InvariantCulture), k.ToString(CultureInfo.InvariantCulture) }) start.ArgumentList.Add(argument);
                if (!File.Exists(python) && python.StartsWith('/')) continue;
                // Old settings for OpenBLAS would slow the peer down.
                start.Environment.Remove("OPENBLAS_CORETYPE");
                start.Environment.Remove("OPENBLAS_L2_SIZE");
                using var process = Process.Start(start)!;
                _ = process.StandardError.ReadToEndAsync();
                var output = await process.StandardOutput.ReadToEndAsync();
                await process.WaitForExitAsync();
                if (process.ExitCode != 0) continue;
                var words = output.Split(' ', StringSplitOptions.TrimEntries);
                return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
            }
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
