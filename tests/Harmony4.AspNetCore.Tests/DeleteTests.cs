using System.Net;
using Harmony4.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Harmony4.AspNetCore.Tests;

public sealed class DeleteTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-delete-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Delete_WithTheTagOfWhatIsStored_DeletesIt()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("a", "exports/small.h4mk");
        host.PutVector("b", "exports/small.h4mk");
        using var before = await host.GetAsync("/containers/a");
        var tag = before.Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.PreconditionRequired, await DeleteAsync(host, "a"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await DeleteAsync(host, "a", "\"other\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await DeleteAsync(host, "a", "W/" + tag));
        Assert.Equal(5000, (await host.Client.GetByteArrayAsync("/video/range?id=a")).Length);
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(host, "a", "\"other\", " + tag));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(host, "a", tag));
        using var after = await host.GetAsync("/video/range?id=a");
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
        Assert.Equal(["b"], Directory.GetFiles(host.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Delete_OfWhateverIsThere_TakesWeakTagsToo()
    {
        await using var host = await TestHost.StartAsync();
        host.Put("a", new byte[100]);
        using var before = await host.GetAsync("/containers/a");
        Assert.True(before.Headers.ETag!.IsWeak);
        Assert.Equal(HttpStatusCode.PreconditionFailed, await DeleteAsync(host, "a", before.Headers.ETag.ToString()));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(host, "a", "*"));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(host, "a", "*"));
        Assert.Equal(HttpStatusCode.BadRequest, await DeleteAsync(host, ".a", "*"));
    }

    [Fact]
    public async Task Delete_StoreThatDeletesNothing_Is501()
    {
        var store = new CountingStore();
        store.Inner.Set("a", Vectors.Read("exports/small.h4mk"));
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IContainerStore>(store));
        Assert.Equal(HttpStatusCode.NotImplemented, await DeleteAsync(host, "a", "*"));
    }

    [Fact]
    public async Task Delete_LeftOut_IsNotMapped()
    {
        await using var host = await TestHost.StartAsync(map: app => app.MapHarmony4(Harmony4Endpoints.All & ~Harmony4Endpoints.ContainerDelete));
        host.PutVector("a", "exports/small.h4mk");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await DeleteAsync(host, "a", "*"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeleteAsync_OfAnEarlierVersion_LeavesTheLaterOne(bool isFolder)
    {
        IContainerStore store = isFolder ? new FolderContainerStore(_folder) : new MemoryContainerStore();
        var first = await WriteAsync(store, 1);
        await using var opened = await store.OpenAsync("a");
        var second = await WriteAsync(store, 2);
        Assert.False(await store.DeleteAsync(first));
        Assert.Equal(second, await store.FindAsync("a"));
        Assert.True(await store.DeleteAsync(second));
        Assert.False(await store.DeleteAsync(second));
        Assert.Null(await store.FindAsync("a"));
        Assert.Equal(1, (await opened!.ReadAsync(0, new byte[5])).Count);
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.DeleteAsync(first with { Id = "../a" }));
    }

    private static async Task<StoredContainer> WriteAsync(IContainerStore store, int length)
    {
        await using var upload = await store.CreateAsync("a");
        await upload.Output.WriteAsync(new byte[length]);
        return (await upload.CommitAsync(replace: true))!;
    }

    private static async Task<HttpStatusCode> DeleteAsync(TestHost host, string id, string? match = null)
    {
        using var response = await host.SendAsync(HttpMethod.Delete, "/containers/" + id, match is null ? [] : [("If-Match", match)]);
        return response.StatusCode;
    }
}
