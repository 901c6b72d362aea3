using Harmony4.Format;
using Harmony4.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Containers read over HTTP from real servers: this package's own endpoint, and the static files of ASP.NET Core.</summary>
public sealed class ContainerOverHttpTests
{
    [Fact]
    public async Task Open_FromTheEndpoint_VerifiesAndHoldsTheTag()
    {
        await using var host = await TestHost.StartAsync();
        var file = Vectors.Read("containers/uneven.h4mk");
        host.Put("c", file);
        var source = new HttpRangeSource(host.Client, new Uri(host.Client.BaseAddress!, "containers/c"));
        await using var container = await H4mkContainer.OpenAsync(source);
        Assert.Equal(VerificationState.Unsigned, (await container.VerifyAsync()).State);
        var read = await source.ReadAsync(0, new byte[10]);
        Assert.StartsWith("\"", read.VersionTag, StringComparison.Ordinal);

        host.PutVector("c", "containers/one-block.h4mk");
        var exception = await Assert.ThrowsAsync<IOException>(() => source.ReadAsync(0, new byte[10]).AsTask());
        Assert.Contains("the file changed while it was read (status 412)", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(300_000)]
    public async Task Read_FromStaticFiles_TakesOneRequestEach(int length)
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-static-").FullName;
        try
        {
            var file = Vectors.SeededBytes("static", length);
            await File.WriteAllBytesAsync(Path.Combine(folder, "c.h4mk"), file);
            using var provider = new PhysicalFileProvider(folder);
            await using var host = await TestHost.StartAsync(
                s => s.AddResponseCompression(o => o.MimeTypes = ["application/octet-stream"]),
                a =>
                {
                    a.UseResponseCompression();
                    a.UseStaticFiles(new StaticFileOptions { FileProvider = provider, ServeUnknownFileTypes = true, DefaultContentType = "application/octet-stream" });
                });
            await using var source = new HttpRangeSource(host.Client, new Uri(host.Client.BaseAddress!, "c.h4mk"));
            var tail = new byte[256 * 1024];
            var read = await source.ReadTailAsync(tail);
            var expected = Math.Min(length, tail.Length);
            Assert.Equal((expected, (long)length, 1L), (read.Count, read.Length, source.RequestCount));
            Assert.Equal(file[^expected..], tail[..expected]);
            if (length > 0)
            {
                var block = new byte[length / 3];
                Assert.Equal(block.Length, (await source.ReadAsync(length / 2, block)).Count);
                Assert.Equal(file[(length / 2)..(length / 2 + block.Length)], block);
                Assert.Equal(2, source.RequestCount);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
