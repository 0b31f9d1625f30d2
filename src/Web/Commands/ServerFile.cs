using System.Text.Json;

namespace BehaviorDashboard.Commands;

/// <summary>
/// <c>server.json</c> in the store's folder: where the server that holds the store listens on this machine, and a token
/// that only who may read the file has. It is there while the server runs.
/// </summary>
internal sealed record ServerFile(string Url, string Token, int ProcessId)
{
    private static string PathIn(string folder) => Path.Combine(Path.GetFullPath(folder), "server.json");

    public static ServerFile? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<ServerFile>(File.ReadAllText(PathIn(folder)));
        }
        catch (Exception problem) when (problem is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string folder)
    {
        var path = PathIn(folder);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        JsonSerializer.Serialize(file, this);
    }

    /// <summary>Removes the file, unless another server has written its own meanwhile.</summary>
    public void Remove(string folder)
    {
        if (Read(folder) == this) File.Delete(PathIn(folder));
    }
}
