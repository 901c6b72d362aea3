namespace Harmony4.Internal;

/// <summary>A file beside a container that says that the container is not whole. Whoever writes the container holds it locked, which ends with the process, however that ends.</summary>
internal sealed class RecordingMark : IDisposable
{
    private const string Prefix = ".live-";

    // A look takes the lock for a moment, and another one would take that for somebody who writes.
    private static readonly Lock Looking = new();

    private readonly string _path;
    private readonly FileStream _file;

    private RecordingMark(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
    }

    public static StoredState StateOf(string folder, string id)
    {
        var path = PathOf(folder, id);
        if (!File.Exists(path))
        {
            return StoredState.Whole;
        }

        lock (Looking)
        {
            return IsHeld(path) switch
            {
                null => StoredState.Whole,
                true => StoredState.Growing,
                false => StoredState.Abandoned,
            };
        }
    }

    /// <summary>Marks a container; null when somebody else writes it, or looks at this very moment whether somebody does.</summary>
    /// <exception cref="IOException">The file system failed.</exception>
    public static RecordingMark? TryTake(string folder, string id)
    {
        lock (Looking)
        {
            var path = PathOf(folder, id);
            try
            {
                return new RecordingMark(path);
            }
            catch (IOException) when (IsHeld(path) == true)
            {
                return null;
            }
        }
    }

    /// <summary>Takes a mark away that nobody holds: something whole has taken the place of what it was for.</summary>
    public static void RemoveLeft(string folder, string id)
    {
        lock (Looking)
        {
            var path = PathOf(folder, id);
            if (File.Exists(path) && IsHeld(path) == false)
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Says that the container is whole.</summary>
    public void Remove()
    {
        // Windows deletes no file that is open.
        _file.Dispose();
        File.Delete(_path);
    }

    /// <summary>Lets go of the container, which is not whole.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Whether somebody holds a mark; null when it is not there.</summary>
    private static bool? IsHeld(string path)
    {
        try
        {
            using var mine = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return false;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static string PathOf(string folder, string id) => Path.Combine(folder, Prefix + id);
}
