namespace Harmony4.Tests.Stores;

/// <summary>Containers that a folder shows while they are written.</summary>
public sealed class PublicationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-live-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Publish_ShowsWhatIsFlushed_AndCommitMakesItWhole()
    {
        var store = new FolderContainerStore(_folder);
        await using var upload = await store.CreateAsync("a");
        await upload.Output.WriteAsync(new byte[10]);
        Assert.Null(await store.FindAsync("a"));
        Assert.True(await upload.PublishAsync(replace: false));
        Assert.Equal((10L, StoredState.Growing), await LookAsync(store));
        await upload.Output.WriteAsync(new byte[200_000]);
        await upload.Output.FlushAsync();
        Assert.Equal((200_010L, StoredState.Growing), await LookAsync(store));
        await using (var source = await store.OpenAsync("a"))
        {
            Assert.Equal(200_010, (await source!.ReadAsync(0, new byte[8])).Length);
        }

        var growing = await store.FindAsync("a");
        Assert.False(await store.DeleteAsync(growing!));
        var stored = await upload.CommitAsync(replace: false);
        Assert.Equal((200_010L, StoredState.Whole), (stored!.Length, stored.State));
        Assert.Equal(stored, await store.FindAsync("a"));
        Assert.NotEqual(growing!.Version, stored.Version);
        Assert.Equal(["a"], Directory.GetFiles(_folder).Select(Path.GetFileName));
        Assert.Equal([stored], await store.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task Publish_OverAnother_OnlyWhereAsked_AndNeverOverARecording()
    {
        var store = new FolderContainerStore(_folder);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "a"), new byte[3]);
        await using var first = await store.CreateAsync("a");
        Assert.False(await first.PublishAsync(replace: false));
        Assert.Equal((3L, StoredState.Whole), await LookAsync(store));
        Assert.True(await first.PublishAsync(replace: true));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first.PublishAsync(replace: true));

        // Of this process and of another, which has a store of its own.
        foreach (var other in (FolderContainerStore[])[store, new FolderContainerStore(_folder)])
        {
            Assert.Equal((0L, StoredState.Growing), await LookAsync(other));
            await using var second = await other.CreateAsync("a");
            Assert.False(await second.PublishAsync(replace: true));
            Assert.Null(await second.CommitAsync(replace: true));
        }

        Assert.NotNull(await first.CommitAsync(replace: true));
        Assert.Equal(["a"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Publish_WithoutCommit_IsAbandonedUntilSomethingWholeTakesItsPlace()
    {
        var store = new FolderContainerStore(_folder);
        await using (var upload = await store.CreateAsync("a"))
        {
            await upload.Output.WriteAsync(new byte[10]);
            Assert.True(await upload.PublishAsync(replace: false));
            await upload.Output.WriteAsync(new byte[10]);
        }

        // A new store deletes uploads that were left, but this is none any more.
        store = new FolderContainerStore(_folder);
        Assert.Equal((20L, StoredState.Abandoned), await LookAsync(store));
        await using (var upload = await store.CreateAsync("a"))
        {
            Assert.NotNull(await upload.CommitAsync(replace: true));
        }

        Assert.Equal((0L, StoredState.Whole), await LookAsync(store));
        Assert.Equal(["a"], Directory.GetFiles(_folder).Select(Path.GetFileName));
        await using (var upload = await store.CreateAsync("b"))
        {
            Assert.True(await upload.PublishAsync(replace: false));
        }

        Assert.True(await store.DeleteAsync((await store.FindAsync("b"))!));
        Assert.Equal(["a"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Publish_AndRemovedByHand_CommitFails()
    {
        var store = new FolderContainerStore(_folder);
        await using var upload = await store.CreateAsync("a");
        Assert.True(await upload.PublishAsync(replace: false));
        File.Delete(Path.Combine(_folder, "a"));
        await Assert.ThrowsAnyAsync<IOException>(async () => await upload.CommitAsync(replace: false));
        Assert.Null(await store.FindAsync("a"));
    }

    [Fact]
    public async Task Publish_TwoAtOnce_OneAppears()
    {
        var store = new FolderContainerStore(_folder);
        for (var round = 0; round < 100; round++)
        {
            var id = $"r{round}";
            var uploads = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => await store.CreateAsync(id)));
            var appeared = await Task.WhenAll(uploads.Select(u => Task.Run(async () => await u.PublishAsync(replace: true))));
            Assert.Single(appeared, static a => a);
            foreach (var upload in uploads)
            {
                await upload.DisposeAsync();
            }
        }

        Assert.Equal(100, Directory.GetFiles(_folder, "r*").Length);
        Assert.Empty(Directory.GetFiles(_folder, ".upload-*"));
    }

    [Fact]
    public async Task Publish_StoreOfWholeContainersOnly_SaysSo()
    {
        await using var upload = await new MemoryContainerStore().CreateAsync("a");
        await Assert.ThrowsAsync<NotSupportedException>(async () => await upload.PublishAsync(replace: true));
    }

    private static async Task<(long, StoredState)> LookAsync(FolderContainerStore store) => await store.FindAsync("a") is { } found ? (found.Length, found.State) : default;
}
