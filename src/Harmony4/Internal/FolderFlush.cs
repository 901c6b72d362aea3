using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Harmony4.Internal;

/// <summary>Writes a folder through to its device: a file's new name may otherwise be gone after a power failure, although the file itself is there.</summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;

    /// <param name="folder">The folder.</param>
    /// <returns>Whether it was written through; false where there is no such thing (Windows keeps names in a journal) or the folder may not be read.</returns>
    /// <exception cref="IOException">The device failed.</exception>
    public static bool TryFlush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        try
        {
            // The platform's own ways to open a file refuse a folder.
            using var handle = new SafeFileHandle(Open(folder, ReadOnly), ownsHandle: true);
            if (handle.IsInvalid)
            {
                return false;
            }

            RandomAccess.FlushToDisk(handle);
            return true;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
