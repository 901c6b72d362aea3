using Harmony4.TestKit;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Folders as people keep them: links, files replaced at the same moment, files taken away.</summary>
public sealed class FolderStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-folder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task File_BehindALink_IsServedWhole()
    {
        await using var host = await TestHost.StartAsync();
        var target = Path.Combine(_folder, "target");
        await File.WriteAllBytesAsync(target, Vectors.Read("exports/small.h4mk"));
        File.CreateSymbolicLink(Path.Combine(host.Folder, "link"), target);
        Assert.Equal(Vectors.Read("exports/small.h4mk"), await host.Client.GetByteArrayAsync("/containers/link"));
        Assert.Contains("\"size\":5416", await host.Client.GetStringAsync("/containers"), StringComparison.Ordinal);

        // What it points to changes; the link does not.
        Assert.Equal(5000, (await host.Client.GetByteArrayAsync("/video/range?id=link")).Length);
        await File.WriteAllBytesAsync(target, Vectors.Read("exports/ntsc.h4mk"));
        Assert.Equal(10001, (await host.Client.GetByteArrayAsync("/video/range?id=link")).Length);
    }

    [Fact]
    public async Task Find_LinkToNothingOrToAFolder_IsNothing()
    {
        var store = new FolderContainerStore(_folder);
        File.CreateSymbolicLink(Path.Combine(_folder, "broken"), Path.Combine(_folder, "none"));
        File.CreateSymbolicLink(Path.Combine(_folder, "loop"), Path.Combine(_folder, "loop"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "folder"), Path.GetTempPath());
        foreach (var id in new[] { "broken", "loop", "folder" })
        {
            Assert.Null(await store.FindAsync(id));
        }

        await foreach (var stored in store.ListAsync())
        {
            Assert.Fail(stored.Id);
        }
    }

    [Fact]
    public async Task Commit_ContainersOfOneLength_HaveVersionsOfTheirOwn()
    {
        var store = new FolderContainerStore(_folder);
        var versions = new HashSet<string>();
        var uploads = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            var upload = await store.CreateAsync("a");
            await upload.Output.WriteAsync(BitConverter.GetBytes(i));
            await upload.Output.FlushAsync();
            return upload;
        }));
        foreach (var upload in uploads)
        {
            var stored = await upload.CommitAsync(replace: true);
            Assert.True(versions.Add(stored!.Version), stored.Version);
            Assert.Equal(stored, await store.FindAsync("a"));
            await upload.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_ManyAtOnce_EachTellsOfItsOwn(bool folder)
    {
        IContainerStore store = folder ? new FolderContainerStore(_folder) : new MemoryContainerStore();
        await Task.WhenAll(Enumerable.Range(1, 200).Select(i => Task.Run(async () =>
        {
            await using var upload = await store.CreateAsync("a");
            await upload.Output.WriteAsync(new byte[i]);
            var stored = await upload.CommitAsync(replace: true);
            Assert.Equal(i, stored!.Length);
        })));
    }

    [Fact]
    public async Task Delete_ContainerThatIsKeptOpen_LetsGoOfIt()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("a", "exports/small.h4mk");
        host.PutVector("b", "exports/small.h4mk");
        using var a = await host.GetAsync("/video/range?id=a");
        using var b = await host.GetAsync("/video/range?id=b");
        await a.Content.ReadAsByteArrayAsync();
        await b.Content.ReadAsByteArrayAsync();
        File.Delete(Path.Combine(host.Folder, "a"));
        using var gone = await host.GetAsync("/video/range?id=a");
        await Problems.CheckAsync(gone, 404);
        using var replaced = await host.Client.PostAsync("/video/export?id=b", new ByteArrayContent([1]));
        if (OperatingSystem.IsLinux())
        {
            await WaitForNoneAsync(() => OpenButDeleted(host.Folder));
        }
    }

    // Files that have no name any more still hold their room on the disk while someone has them open.
    private static List<string> OpenButDeleted(string folder) =>
        [.. Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(link => { try { return new FileInfo(link).LinkTarget ?? string.Empty; } catch (IOException) { return string.Empty; } })
            .Where(target => target.StartsWith(folder, StringComparison.Ordinal) && target.EndsWith("(deleted)", StringComparison.Ordinal))];

    private static async Task WaitForNoneAsync(Func<List<string>> find)
    {
        for (var i = 0; find() is { Count: > 0 } found; i++)
        {
            Assert.True(i < 100, string.Join(' ', found));
            await Task.Delay(50);
        }
    }
}
