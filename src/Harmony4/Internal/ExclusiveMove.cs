using System.Runtime.InteropServices;

namespace Harmony4.Internal;

/// <summary>Gives a file a name that must be free, at once: the platform's own way looks first and renames then, so that two at a time both find it free.</summary>
internal static partial class ExclusiveMove
{
    // The same on Linux and macOS.
    private const int Exists = 17;

    private static readonly Lock Moving = new();

    /// <param name="from">The file.</param>
    /// <param name="to">Its new name, in the same folder.</param>
    /// <returns>Whether it has the name; false when another has it.</returns>
    /// <exception cref="IOException">The file system failed.</exception>
    public static bool TryMove(string from, string to) => !OperatingSystem.IsWindows() && TryLink(from, to) is { } isDone ? isDone : TryMoveHere(from, to);

    /// <summary>By a second name, which the file system gives to one only; null where it has no such thing.</summary>
    private static bool? TryLink(string from, string to)
    {
        try
        {
            if (Link(from, to) != 0)
            {
                return Marshal.GetLastPInvokeError() == Exists ? false : null;
            }
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }

        try
        {
            File.Delete(from);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has its new name, which is what was asked for. The other goes with the next clean-up.
        }

        return true;
    }

    // One at a time: then only another process could come between.
    private static bool TryMoveHere(string from, string to)
    {
        lock (Moving)
        {
            try
            {
                File.Move(from, to, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(to))
            {
                return false;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);
}
