using System.Security.Cryptography;
using System.Text;

namespace BehaviorDashboard.Recommendations;

/// <summary>Who sees which strategy: by a hash of the test and the person, so that everybody who asks comes to the same answer.</summary>
internal static class Assignment
{
    private const double Range = 1L << 32;

    /// <summary>0 to 1, uniform over people and independent between tests.</summary>
    public static double Place(int experiment, string person)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"recommendation-test:{experiment}:{person}"), hash);
        return BitConverter.ToUInt32(hash) / Range;
    }

    public static bool IsChallenger(Experiment experiment, string person) => Place(experiment.Id, person) < experiment.Share;
}
