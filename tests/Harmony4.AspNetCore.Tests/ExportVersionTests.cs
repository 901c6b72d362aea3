using System.Net;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.AspNetCore.Tests;

/// <summary>Which version an export writes, and what it says of it.</summary>
public sealed class ExportVersionTests
{
    private const string Key = "000102030405060708090a0b0c0d0e0f";

    [Theory]
    [InlineData("", false, "1.1")]
    [InlineData("&spec=1.1", false, "1.1")]
    [InlineData("&spec=1.0", false, "1.0")]
    [InlineData("&mask=1", true, "1.0")]
    [InlineData("&mask=1&spec=1.0", true, "1.0")]
    public async Task Export_Kept_IsOfTheVersionAsked(string query, bool masked, string version)
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.mp4");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/video/export?id=a" + query) { Content = new ByteArrayContent(media) };
        if (masked)
        {
            request.Headers.Add("Harmony4-Key", Key);
        }

        using var response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(version, json.RootElement.GetProperty("version").GetString());
        await using var container = await H4mkContainer.OpenAsync(Path.Combine(host.Folder, "a"));
        Assert.Equal(version == "1.0" ? H4mkVersion.V10 : H4mkVersion.V11, container.Version);
        Assert.Equal(container.Identity?.ToString(), json.RootElement.GetProperty("root").GetString());
        Assert.Equal((await container.ReadVeriAsync())?.ToString(), json.RootElement.GetProperty("veri").GetString());
        using var file = await host.GetAsync("/containers/a");
        Assert.Equal(file.Headers.ETag, response.Headers.ETag);
        Assert.Equal(masked, !(await host.Client.GetByteArrayAsync("/video/range?id=a")).AsSpan().SequenceEqual(media));
    }

    [Fact]
    public async Task Export_Sealed_OpensForTheHolderOfTheKeyAlone()
    {
        const string key = Key + Key;
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.mp4");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/video/export?id=a&seal=1") { Content = new ByteArrayContent(media) };
        request.Headers.Add("Harmony4-Key", key);
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.DoesNotContain(key, await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        await using var container = await H4mkContainer.OpenAsync(Path.Combine(host.Folder, "a"));
        using var sealKey = SealKey.Read(System.Text.Encoding.ASCII.GetBytes(key));
        using var keys = await ContainerKeys.TryOpenAsync(container, sealKey);
        Assert.NotNull(keys);
        using var opened = new MemoryStream();
        await new MediaTransport().ExtractAsync(container, opened, new ExtractOptions { Keys = keys });
        Assert.Equal(media, opened.ToArray());
        Assert.False((await host.Client.GetByteArrayAsync("/video/range?id=a")).AsSpan().IndexOf(media.AsSpan(1000, 64)) >= 0);
    }

    [Theory]
    [InlineData("/video/export", true)]
    [InlineData("/video/export?seal=1", false)]
    [InlineData("/video/export?mask=1", false)]
    [InlineData("/video/export?seal=1&mask=1", true)]
    [InlineData("/video/export?seal=1&spec=1.0", true)]
    [InlineData("/video/export?key=000102030405060708090a0b0c0d0e0f", false)]
    [InlineData("/video/export?mask=1&KEY=000102030405060708090a0b0c0d0e0f", true)]
    [InlineData("/video/export?seal_key=000102030405060708090a0b0c0d0e0f", false)]
    [InlineData("/audio/mask?key=000102030405060708090a0b0c0d0e0f", true)]
    public async Task Export_KeyWithoutUseOrInTheAddress_IsRefused(string path, bool hasKey)
    {
        await using var host = await TestHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent("media"u8.ToArray()) };
        if (hasKey)
        {
            request.Headers.Add("Harmony4-Key", Key);
        }

        using var response = await host.Client.SendAsync(request);
        Assert.DoesNotContain(Key, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Problems.CheckAsync(response, 400);
        Assert.Empty(Directory.GetFiles(host.Folder));
    }

    [Theory]
    [InlineData("/video/export")]
    [InlineData("/video/export?id=a")]
    [InlineData("/video/export?spec=1.0")]
    public async Task Export_EmptyBody_IsRefusedUnlessTheRequestAllowsIt(string path)
    {
        await using var host = await TestHost.StartAsync();
        using var refused = await host.Client.PostAsync(path, new ByteArrayContent([]));
        await Problems.CheckAsync(refused, 400);
        using var form = new MultipartFormDataContent { { new ByteArrayContent([]), "file", "nothing" } };
        using var refusedForm = await host.Client.PostAsync(path, form);
        await Problems.CheckAsync(refusedForm, 400);
        Assert.Empty(Directory.GetFiles(host.Folder));
        using var allowed = await host.Client.PostAsync(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "empty=1", new ByteArrayContent([]));
        Assert.True(allowed.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Export_StreamedBack_IsAContainerOfVersion11()
    {
        await using var host = await TestHost.StartAsync();
        var media = Vectors.Read("media/clip.webm");
        using var response = await host.Client.PostAsync("/video/export", new ByteArrayContent(media));
        await using var container = await H4mkContainer.OpenAsync(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(H4mkVersion.V11, container.Version);
        await using var stream = container.OpenTrackStream(0);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        Assert.Equal(media, bytes);
    }
}
