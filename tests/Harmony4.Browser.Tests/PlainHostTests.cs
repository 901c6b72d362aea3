using Harmony4.Format;
using Microsoft.Playwright;

namespace Harmony4.Browser.Tests;

/// <summary>The page over plain http under another name than that of this machine, where a browser has no WebCrypto.</summary>
public sealed class PlainHostTests : PageTestBase
{
    protected override string HostName => "harmony4.test";

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Harmony4__AllowedHosts"] = "harmony4.test" };

    [Fact]
    public async Task Page_WithoutWebCrypto_VerifiesAllTheSame()
    {
        Assert.False(await Page.EvaluateAsync<bool>("isSecureContext"));
        await UploadAsync("media/clip.mp4", "clip");
        await Assertions.Expect(Page.Locator("#verdict")).ToHaveAttributeAsync("data-state", "unsigned");
        var path = Path.Combine(Folder, "clip");
        var bytes = await File.ReadAllBytesAsync(path);

        // With its CRC made to fit: only the SHA-256 tells.
        BlockLocation location;
        await using (var container = await H4mkContainer.OpenAsync(bytes))
        {
            location = await container.GetBlockAsync(0, 2);
        }

        var (offset, length) = ((int)location.FileOffset, (int)location.Length);
        bytes[offset + 100] ^= 1;
        var crc = System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(offset, length));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset - 4), crc);
        await File.WriteAllBytesAsync(path, bytes);
        await Page.ClickAsync("#verify");
        await Assertions.Expect(Page.Locator("#verdict")).ToContainTextAsync("block 2 of track 0: its SHA-256");
    }
}
