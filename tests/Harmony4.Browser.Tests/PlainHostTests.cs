using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The page over plain http under another name than that of this machine, where a browser has no WebCrypto.</summary>
public sealed class PlainHostTests : PageTestBase
{
    protected override string HostName => "harmony4.test";

    [Fact]
    public async Task Page_WithoutWebCrypto_VerifiesAllTheSame()
    {
        Assert.False(await Page.EvaluateAsync<bool>("isSecureContext"));
        await UploadAsync("media/clip.mp4", "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "verified");
        var path = Path.Combine(Folder, "clip");
        var bytes = await File.ReadAllBytesAsync(path);

        // In the digest itself, with its CRC made to fit: only the SHA-256 tells.
        bytes[^1] ^= 1;
        var crc = System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(bytes.Length - 32));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 36), crc);
        await File.WriteAllBytesAsync(path, bytes);
        await Page.ClickAsync("#verify");
        await Assertions.Expect(Page.Locator("#verdict")).ToContainTextAsync("failed here: SHA-256 stored");
    }
}
