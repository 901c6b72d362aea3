using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.AspNetCore.Tests;

public sealed class VideoEndpointTests
{
    private const string Key = "000102030405060708090a0b0c0d0e0f";

    [Fact]
    public async Task Export_WithoutId_StreamsTheContainerBack()
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.mp4");
        using var response = await host.Client.PostAsync("/video/export", new ByteArrayContent(media));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var expected = new MemoryStream();
        await new MediaTransport().ExportAsync(new MemoryStream(media), expected, new ExportOptions { Version = H4mkVersion.V11 });
        Assert.Equal(expected.ToArray(), await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Export_VectorInput_IsByteIdenticalToTheFirstImplementation()
    {
        await using var host = await TestHost.StartAsync();
        using var response = await host.Client.PostAsync("/video/export?spec=1.0&segment=fixed&block_size=65536&pts_rounding=1.0&empty=1", new ByteArrayContent([]));
        Assert.Equal(Vectors.Read("exports/empty-input.h4mk"), await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_WithId_KeepsItAndSaysWhere(bool form)
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.webm");
        using var body = new ByteArrayContent(media);
        using HttpContent content = form ? new MultipartFormDataContent { { new StringContent("a note"), "note" }, { body, "file", "clip.webm" } } : body;
        using var response = await host.Client.PostAsync("/video/export?id=clip-1.0_a", content);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("/containers/clip-1.0_a", response.Headers.Location!.OriginalString);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        Assert.Equal("webm", json.RootElement.GetProperty("segment").GetString());

        using var file = await host.GetAsync(response.Headers.Location.OriginalString);
        Assert.Equal(response.Headers.ETag, file.Headers.ETag);
        Assert.Equal(json.RootElement.GetProperty("size").GetInt64(), file.Content.Headers.ContentLength);
        using var track = await host.GetAsync("/video/range?id=clip-1.0_a");
        Assert.Equal(media, await track.Content.ReadAsByteArrayAsync());
        using var list = JsonDocument.Parse(await host.Client.GetStringAsync("/containers"));
        var entry = list.RootElement.EnumerateArray().Single();
        Assert.Equal("clip-1.0_a", entry.GetProperty("id").GetString());
        Assert.Equal(file.Headers.ETag!.ToString(), entry.GetProperty("etag").GetString());
    }

    [Fact]
    public async Task Export_IdThatIsTaken_IsReplacedUnlessTheRequestForbidsIt()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("a", "exports/small.h4mk");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/video/export?id=a") { Content = new ByteArrayContent([1, 2, 3]) };
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        using var refused = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
        Assert.Equal(Vectors.Read("exports/small.h4mk"), await File.ReadAllBytesAsync(Path.Combine(host.Folder, "a")));

        using var replaced = await host.Client.PostAsync("/video/export?id=a", new ByteArrayContent([1, 2, 3]));
        Assert.Equal(HttpStatusCode.Created, replaced.StatusCode);
        Assert.Equal([1, 2, 3], await host.Client.GetByteArrayAsync("/video/range?id=a"));
        Assert.Equal(["a"], Directory.GetFiles(host.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Export_Masked_IsUndoneWithTheKeyAndNotWithAnother()
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.SeededBytes("masked", 200_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/video/export?id=m&mask=1&segment=fixed&block_size=65536") { Content = new ByteArrayContent(media) };
        request.Headers.Add("Harmony4-Key", Key);
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.NotEqual(media, await host.Client.GetByteArrayAsync("/video/range?id=m"));
        await using var container = await H4mkContainer.OpenAsync(Path.Combine(host.Folder, "m"));
        Assert.True(TransportMetadata.IsMasked((await container.ReadMetaAsync())!.Value.Span));
        Assert.Equal(media, await UnmaskAsync(container, Key));
        Assert.NotEqual(media, await UnmaskAsync(container, Key.Replace('0', '1')));
    }

    [Theory]
    [InlineData("mask=1", null)]
    [InlineData("mask=1", "00")]
    [InlineData("mask=1", "000102030405060708090a0b0c0d0e")]
    [InlineData("mask=1", "0001020304050607zz090a0b0c0d0e0f")]
    [InlineData("mask=1", "000102030405060708090a0b0c0d0e0f0")]
    [InlineData("mask=2", Key)]
    [InlineData("block_size=65535", null)]
    [InlineData("block_size=8388609", null)]
    [InlineData("block_size=-1", null)]
    [InlineData("block_size=65536&block_size=65536", null)]
    [InlineData("fps_hint=0.5", null)]
    [InlineData("fps_hint=241", null)]
    [InlineData("fps_hint=NaN", null)]
    [InlineData("gop=0", null)]
    [InlineData("gop=601", null)]
    [InlineData("segment=h264", null)]
    [InlineData("spec=2.0", null)]
    [InlineData("seal=1&spec=1.0", Key)]
    [InlineData("mask=1&spec=1.1", Key)]
    [InlineData("empty=2", null)]
    [InlineData("id=.hidden", null)]
    [InlineData("id=..", null)]
    [InlineData("id=a%2Fb", null)]
    [InlineData("id=a%5Cb", null)]
    [InlineData("id=..%2F..%2Fetc%2Fpasswd", null)]
    [InlineData("segment=webm", null)]
    public async Task Export_BadParameter_IsAnsweredWith400AndLeavesNothing(string query, string? key)
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/video/export?" + query) { Content = new ByteArrayContent(new byte[100]) };
        if (key is not null)
        {
            request.Headers.Add("Harmony4-Key", key);
        }

        using var response = await host.Client.SendAsync(request);
        await Problems.CheckAsync(response, 400);
        Assert.DoesNotContain(key is { Length: > 8 } ? key : "secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nno file\r\n--x--\r\n")]
    [InlineData("multipart/form-data; boundary=x", "nothing like a form")]
    [InlineData("multipart/form-data", "no boundary")]
    public async Task Export_FormWithoutAFile_IsAnsweredWith400(string type, string text)
    {
        await using var host = await TestHost.StartAsync();
        using var content = new StringContent(text);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await host.Client.PostAsync("/video/export", content);
        await Problems.CheckAsync(response, 400);
    }

    [Fact]
    public async Task Seek_BetweenKeyframes_FindsTheOneBefore()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("small", "exports/small.h4mk");
        using var json = JsonDocument.Parse(await host.Client.GetStringAsync("/video/seek?id=small&pts=100000"));
        Assert.Equal("""{"pts":66666,"offset":2000,"block":2,"file_offset":2044}""", json.RootElement.GetRawText());
        using var track = JsonDocument.Parse(await host.Client.GetStringAsync("/video/seek?id=small&pts=18446744073709551615&track=0"));
        Assert.Equal(4000, track.RootElement.GetProperty("offset").GetInt32());
    }

    [Theory]
    [InlineData("/video/seek?id=small", 400)]
    [InlineData("/video/seek?id=small&pts=-1", 400)]
    [InlineData("/video/seek?id=small&pts=18446744073709551616", 400)]
    [InlineData("/video/seek?id=small&pts=1.5", 400)]
    [InlineData("/video/seek?id=small&pts=0&proof=1", 400)]
    [InlineData("/video/seek?id=small&pts=0&track=x", 400)]
    [InlineData("/video/seek?id=small&pts=0&track=1", 404)]
    [InlineData("/video/seek?id=late&pts=0", 404)]
    [InlineData("/video/seek?id=none&pts=0", 404)]
    [InlineData("/video/seek?pts=0", 400)]
    [InlineData("/video/range", 400)]
    [InlineData("/video/range?id=", 400)]
    [InlineData("/video/range?id=none", 404)]
    [InlineData("/video/range?id=small&track=1", 404)]
    [InlineData("/video/range?id=..%2Fsecret", 400)]
    [InlineData("/video/range?id=%2Fetc%2Fpasswd", 400)]
    [InlineData("/video/range?id=a&id=b", 400)]
    [InlineData("/video/range?id=broken", 422)]
    [InlineData("/video/info?id=none", 404)]
    [InlineData("/video/info?id=broken", 422)]
    [InlineData("/video/info", 400)]
    [InlineData("/containers/none", 404)]
    [InlineData("/containers/.upload-1", 400)]
    [InlineData("/containers/..%2Fsecret", 400)]
    [InlineData("/containers/small/blocks/0/5", 404)]
    [InlineData("/containers/small/blocks/1/0", 404)]
    [InlineData("/containers/small/blocks/0/x", 400)]
    [InlineData("/containers/small/blocks/0/-1", 400)]
    [InlineData("/containers/none/blocks/0/0", 404)]
    public async Task Get_BadRequest_IsAnsweredWithProblemDetails(string path, int status)
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("small", "exports/small.h4mk");
        host.Put("broken", [.. "H4MK"u8, 0, 2, 0, 0]);
        host.Put("late", await LateAsync());
        using var response = await host.GetAsync(path);
        await Problems.CheckAsync(response, status);
    }

    [Fact]
    public async Task Info_ContainerOfManyBlocks_IsSentInPieces()
    {
        await using var host = await TestHost.StartAsync();
        var output = new MemoryStream();
        await new MediaTransport().ExportAsync(new MemoryStream(new byte[100_000]), output, new ExportOptions { Segment = "fixed", SegmenterOptions = new() { BlockSize = 4 } });
        host.Put("many", output.ToArray());
        using var json = JsonDocument.Parse(await host.Client.GetStringAsync("/video/info?id=many&chunks=CORE&limit=10000"));
        Assert.Equal(10_000, json.RootElement.GetProperty("chunks").GetProperty("CORE").GetArrayLength());
    }

    [Fact]
    public async Task Range_DamagedBlock_IsNotDeliveredWhole()
    {
        await using var host = await TestHost.StartAsync();
        var file = Vectors.Read("exports/small.h4mk");
        file[2044 + 10] ^= 1;
        host.Put("bad", file);

        // Short enough to be judged before the response starts.
        using var small = await host.GetAsync("/containers/bad/blocks/0/2");
        using var problem = await Problems.CheckAsync(small, 422);
        Assert.Equal("crc", problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(2044 - 12, problem.RootElement.GetProperty("offset").GetInt64());
        using var sound = await host.GetAsync("/containers/bad/blocks/0/3");
        Assert.Equal(HttpStatusCode.OK, sound.StatusCode);
    }

    [Fact]
    public async Task Range_DamagedBlockInALongStream_BreaksOff()
    {
        await using var host = await TestHost.StartAsync();
        var output = new MemoryStream();
        await new MediaTransport().ExportAsync(new MemoryStream(new byte[4_000_000]), output, new ExportOptions { Segment = "fixed" });
        var file = output.ToArray();
        file[2_000_000] ^= 1;
        host.Put("bad", file);
        using var response = await host.GetAsync("/video/range?id=bad");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());

        using var before = await host.GetAsync("/video/range?id=bad", ("Range", "bytes=0-999999"));
        Assert.Equal(1_000_000, (await before.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Block_OfATrack_IsThatPartOfTheStream()
    {
        await using var host = await TestHost.StartAsync();
        host.PutVector("small", "exports/small.h4mk");
        using var block = await host.GetAsync("/containers/small/blocks/0/2");
        Assert.Equal(Vectors.SeededBytes("pub/export/small", 5000)[2000..3000], await block.Content.ReadAsByteArrayAsync());
        using var part = await host.GetAsync("/containers/small/blocks/0/2", ("Range", "bytes=1-2"), ("If-Range", block.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(Vectors.SeededBytes("pub/export/small", 5000)[2001..2003], await part.Content.ReadAsByteArrayAsync());
    }

    private static async Task<byte[]> LateAsync()
    {
        var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, null, leaveOpen: true))
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = 5, IsKey = true }, new byte[1]);
            await writer.CompleteAsync();
        }

        return output.ToArray();
    }

    private static async Task<byte[]> UnmaskAsync(H4mkContainer container, string hex)
    {
        using var key = new MasterKey(Convert.FromHexString(hex));
        using var mask = new TransportMask(key);
        var output = new MemoryStream();
        await new MediaTransport().ExtractAsync(container, output, new ExtractOptions { Mask = mask });
        return output.ToArray();
    }
}
