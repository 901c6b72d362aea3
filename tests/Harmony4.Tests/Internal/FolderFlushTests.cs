using Harmony4.Internal;

namespace Harmony4.Tests.Internal;

/// <summary>A folder is written through where the platform can, and says where it cannot.</summary>
public sealed class FolderFlushTests
{
    [Fact]
    public void TryFlush_Folder_IsWrittenThroughExceptOnWindows()
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-flush-").FullName;
        try
        {
            Assert.Equal(!OperatingSystem.IsWindows(), FolderFlush.TryFlush(folder));
            Assert.False(FolderFlush.TryFlush(Path.Combine(folder, "none")));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
