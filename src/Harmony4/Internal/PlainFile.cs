using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Harmony4.Internal;

/// <summary>Tells files from what only has a name among them: pipes, sockets, devices. Whoever opens a pipe waits until another writes to it.</summary>
internal static partial class PlainFile
{
    private const int NonBlockingOnLinux = 0x800;
    private const int NonBlockingOnMac = 0x4;

    /// <param name="file">Something that is there and is no folder.</param>
    /// <returns>Whether it is a file. Where nobody can tell, what has bytes is one.</returns>
    public static bool Is(FileInfo file)
    {
        if (file.Length > 0 || !(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
        {
            return true;
        }

        try
        {
            using var handle = new SafeFileHandle(Open(file.FullName, OperatingSystem.IsLinux() ? NonBlockingOnLinux : NonBlockingOnMac), ownsHandle: true);
            if (handle.IsInvalid)
            {
                return false;
            }

            // What is no file has no place to go to, or bytes although it has no length.
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return stream.CanSeek && !file.FullName.StartsWith("/dev/", StringComparison.Ordinal) && stream.ReadByte() < 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
