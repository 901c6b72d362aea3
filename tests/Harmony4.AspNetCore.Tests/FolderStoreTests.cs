using System.Net;
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

    [Fact]
    public async Task Files_ThatAreNoFiles_AreNoContainers()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var host = await TestHost.StartAsync();
        await RunAsync("mkfifo", Path.Combine(host.Folder, "pipe"));
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(host.Folder, "socket")));
        File.CreateSymbolicLink(Path.Combine(host.Folder, "null"), "/dev/null");
        Assert.Equal("[]", await host.Client.GetStringAsync("/containers"));
        foreach (var id in (string[])["pipe", "socket", "null"])
        {
            foreach (var path in (string[])["/containers/", "/video/range?id=", "/video/info?id="])
            {
                using var response = await host.Client.GetAsync(path + id);
                Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Uploads_LeftByAKilledProcess_AreDeletedAndLiveOnesAreNot()
    {
        var stale = Path.Combine(_folder, ".upload-00112233aabbccdd");
        var other = Path.Combine(_folder, ".part");
        await File.WriteAllBytesAsync(stale, new byte[100]);
        await File.WriteAllBytesAsync(other, new byte[100]);
        var store = new FolderContainerStore(_folder);
        Assert.False(File.Exists(stale));
        Assert.True(File.Exists(other));
        await using var live = await store.CreateAsync("a");
        await live.Output.WriteAsync(new byte[300_000]);
        await using var fresh = await store.CreateAsync("b");
        _ = new FolderContainerStore(_folder);
        await live.Output.WriteAsync(new byte[5]);
        await fresh.Output.WriteAsync(new byte[7]);
        Assert.Equal(300_005, (await live.CommitAsync(replace: true))!.Length);
        Assert.Equal(7, (await fresh.CommitAsync(replace: false))!.Length);
    }

    [Fact]
    public async Task Commit_TwoAtOnceThatReplaceNothing_OneIsStored()
    {
        var store = new FolderContainerStore(_folder);
        for (var i = 0; i < 300; i++)
        {
            var id = "c" + i;
            var uploads = await Task.WhenAll(Enumerable.Range(0, 2).Select(async n =>
            {
                var upload = await store.CreateAsync(id);
                await upload.Output.WriteAsync(new byte[n + 1]);
                return upload;
            }));
            using var start = new Barrier(2);
            var stored = await Task.WhenAll(uploads.Select(u => Task.Run(async () =>
            {
                start.SignalAndWait();
                return await u.CommitAsync(replace: false);
            })));
            var one = Assert.Single(stored, s => s is not null);
            Assert.Equal(one, await store.FindAsync(id));
            foreach (var upload in uploads)
            {
                await upload.DisposeAsync();
            }
        }

        Assert.Empty(Directory.EnumerateFiles(_folder, ".upload-*"));
    }

    [Fact]
    public async Task Store_ThatIsAway_Is503Everywhere()
    {
        await using var host = await TestHost.StartAsync();
        await File.WriteAllBytesAsync(Path.Combine(host.Folder, "a"), Vectors.Read("exports/small.h4mk"));
        Assert.NotEmpty(await host.Client.GetByteArrayAsync("/video/range?id=a"));
        var away = host.Folder + "-away";
        Directory.Move(host.Folder, away);
        try
        {
            foreach (var path in (string[])["/containers", "/containers/a", "/video/range?id=a", "/video/info?id=a", "/video/seek?id=a&pts=0", "/containers/a/blocks/0/0", "/health/ready", "/video/range?id=none"])
            {
                using var response = await host.Client.GetAsync(path);
                Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{path}: {response.StatusCode}");
            }

            using var upload = await host.Client.PostAsync("/video/export?id=b", new ByteArrayContent(new byte[1000]));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, upload.StatusCode);
        }
        finally
        {
            Directory.Move(away, host.Folder);
        }

        Assert.NotEmpty(await host.Client.GetByteArrayAsync("/video/range?id=a"));
    }

    [Fact]
    public async Task Upload_OntoAFullDisk_LeavesNothing()
    {
        // A disk of its own takes a superuser.
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !await RunAsync("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _folder))
        {
            return;
        }

        try
        {
            var store = new FolderContainerStore(_folder);
            var upload = await store.CreateAsync("a");
            await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await upload.Output.WriteAsync(new byte[50_000]);
                }

                await upload.CommitAsync(replace: true);
            });
            await upload.DisposeAsync();
            Assert.Empty(Directory.EnumerateFiles(_folder));
        }
        finally
        {
            await RunAsync("umount", _folder);
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
