using System.Buffers;

namespace Harmony4.Format.Tests;

public sealed class ReadmeExampleTests
{
    /// <summary>The example of src/Harmony4.Format/README.md, line for line but for the path.</summary>
    [Fact]
    public async Task Example_OfTheReadme_DoesWhatItSays()
    {
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(path))
            await using (var writer = H4mkContainerWriter.Create(file, new H4mkWriterOptions { Version = H4mkVersion.V10, Meta = "{\"title\":\"clip\"}"u8.ToArray() }))
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = 0, IsKey = true }, "a keyframe"u8.ToArray());
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = 33_366 }, "what follows it"u8.ToArray());
                await writer.CompleteAsync();
            }

            await using var container = await H4mkContainer.OpenAsync(path);
            var keyframe = await container.FindKeyframeAsync(track: 0, pts: 40_000);
            var block = new ArrayBufferWriter<byte>();
            await container.ReadBlockAsync(0, keyframe!.Value.Block!.Value, block);

            var result = await container.VerifyAsync();
            Assert.Equal("Unsigned, 0 findings", $"{result.State}, {result.Findings.Count} findings");
            Assert.Equal("a keyframe"u8.ToArray(), block.WrittenSpan.ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
