using Harmony4.Format;

namespace Harmony4.AspNetCore.Tests;

/// <summary>What every store promises, of those that come with the package.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-store-").FullName;

    public static TheoryData<string> Kinds => ["folder", "memory"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Upload_BeforeItsCommit_IsNotThere(string kind)
    {
        var store = Create(kind);
        await using var upload = await store.CreateAsync("a");
        await upload.Output.WriteAsync(new byte[] { 1, 2, 3 });
        Assert.Null(await store.FindAsync("a"));
        Assert.Null(await store.OpenAsync("a"));
        Assert.Empty(await ListAsync(store));
        var stored = await upload.CommitAsync(replace: false);
        Assert.Equal(3, stored!.Length);
        Assert.Equal(stored, await store.FindAsync("a"));
        Assert.Equal([1, 2, 3], await ReadAsync(store, "a"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Upload_DisposedWithoutCommit_LeavesNothing(string kind)
    {
        var store = Create(kind);
        await using (var upload = await store.CreateAsync("a"))
        {
            await upload.Output.WriteAsync(new byte[100]);
        }

        Assert.Empty(await ListAsync(store));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Commit_IdThatIsTaken_ReplacesOnlyWhenAsked(string kind)
    {
        var store = Create(kind);
        var first = await PutAsync(store, "a", [1], replace: false);
        Assert.Null(await PutAsync(store, "a", [2, 2], replace: false));
        Assert.Equal([1], await ReadAsync(store, "a"));
        await using var open = (await store.OpenAsync("a"))!;
        var second = await PutAsync(store, "a", [3, 3, 3], replace: true);
        Assert.NotEqual(first!.Version, second!.Version);
        Assert.Equal([3, 3, 3], await ReadAsync(store, "a"));

        // Whoever had it open reads on.
        var old = new byte[10];
        var read = await open.ReadAsync(0, old);
        Assert.Equal((1, 1), (read.Count, (int)old[0]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Commit_Twice_IsRefused(string kind)
    {
        var store = Create(kind);
        await using var upload = await store.CreateAsync("a");
        await upload.CommitAsync(replace: true);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await upload.CommitAsync(replace: true));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task List_SeveralContainers_IsInOrdinalOrder(string kind)
    {
        var store = Create(kind);
        foreach (var id in new[] { "b", "a", "B", "_", "0", "a.b-c" })
        {
            await PutAsync(store, id, [1], replace: false);
        }

        Assert.Equal(["0", "B", "_", "a", "a.b-c", "b"], (await ListAsync(store)).Select(c => c.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".upload-1")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("../a")]
    [InlineData("/etc/passwd")]
    [InlineData("a\0")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a:b")]
    public async Task AnyCall_InvalidId_IsAnArgumentError(string id)
    {
        foreach (var kind in new[] { "folder", "memory" })
        {
            var store = Create(kind);
            Assert.False(ContainerId.IsValid(id));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.FindAsync(id));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.OpenAsync(id));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.CreateAsync(id));
        }
    }

    [Fact]
    public void IsValid_LongestId_IsTheLimit()
    {
        Assert.True(ContainerId.IsValid(new string('a', ContainerId.MaxLength)));
        Assert.False(ContainerId.IsValid(new string('a', ContainerId.MaxLength + 1)));
    }

    private static async Task<StoredContainer?> PutAsync(IContainerStore store, string id, byte[] bytes, bool replace)
    {
        await using var upload = await store.CreateAsync(id);
        await upload.Output.WriteAsync(bytes);
        return await upload.CommitAsync(replace);
    }

    private static async Task<List<StoredContainer>> ListAsync(IContainerStore store)
    {
        var list = new List<StoredContainer>();
        await foreach (var stored in store.ListAsync())
        {
            list.Add(stored);
        }

        return list;
    }

    private static async Task<byte[]> ReadAsync(IContainerStore store, string id)
    {
        await using H4mkSource source = (await store.OpenAsync(id))!;
        var bytes = new byte[10];
        var read = await source.ReadAsync(0, bytes);
        return bytes[..read.Count];
    }

    private IContainerStore Create(string kind) => kind == "folder" ? new FolderContainerStore(_folder) : new MemoryContainerStore();
}
