using System.Text;
using FsCheck.Xunit;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Recording;

/// <summary>What a writer says of a finished container is what a reader finds in it; and the limits of what it takes.</summary>
public sealed class SummaryTests
{
    [Property(Arbitrary = [typeof(RecordedArbitrary)], MaxTest = 30, Replay = "(20261126,51)")]
    public async Task Complete_Version11_SaysWhatAReaderFinds(Recorded recorded)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, recorded.Options, leaveOpen: true);
        foreach (var block in recorded.Blocks)
        {
            await writer.WriteBlockAsync(block.Track, block.Info, block.Payload);
        }

        var summary = await writer.CompleteAsync();
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal(container.Tracks, summary.Tracks);
        Assert.Equal((H4mkVersion.V11, container.Length, container.BlockCount), (summary.Version, summary.Length, summary.BlockCount));
        Assert.Equal((container.Identity, container.FileDigest, null), (summary.Identity, summary.FileDigest, summary.Veri));
        Assert.Equal(recorded.Blocks.Sum(b => b.Payload.Length), summary.PayloadLength);
        Assert.Equal(recorded.Blocks.Count(b => b.Info.IsKey), summary.KeyframeCount);
        Assert.Equal((summary.Length, summary.BlockCount), (writer.Length, writer.BlockCount));
    }

    [Property(Arbitrary = [typeof(MediaArbitrary)], MaxTest = 20, Replay = "(20261126,53)")]
    public async Task Complete_Version10_SaysWhatAReaderFinds(Media media)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, Media.Options, leaveOpen: true);
        foreach (var block in media.Blocks)
        {
            await writer.WriteBlockAsync(0, block.Info, block.Payload);
        }

        var summary = await writer.CompleteAsync();
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        var keys = media.Blocks.Count(b => b.IsKey);
        Assert.Equal(container.Tracks[0] with { KeyframeCount = keys }, Assert.Single(summary.Tracks));
        Assert.Equal((H4mkVersion.V10, container.Length, container.BlockCount, keys), (summary.Version, summary.Length, summary.BlockCount, summary.KeyframeCount));
        Assert.Equal((null, null, await container.ReadVeriAsync()), (summary.Identity, summary.FileDigest, summary.Veri));
        Assert.Equal(media.Payloads.Length, summary.PayloadLength);
        Assert.Equal((summary.Length, summary.BlockCount), (writer.Length, writer.BlockCount));
    }

    [Theory]
    [InlineData(nameof(H4mkWriterOptions.Meta))]
    [InlineData(nameof(H4mkWriterOptions.Safe))]
    [InlineData(nameof(H4mkWriterOptions.Trak))]
    public async Task Create_JsonAtTheLimits_IsTaken(string member)
    {
        var json = Encoding.UTF8.GetBytes("{\"page_log2\":2,\"tracks\":[{\"id\":0,\"kind\":\"video\",\"deep\":[[[1]]]}],\"text\":\"this is longer than any other\"}");
        var options = new H4mkWriterOptions { MaxJsonLength = json.Length, MaxJsonDepth = 6 };
        options = member switch
        {
            nameof(H4mkWriterOptions.Meta) => options with { Meta = json },
            nameof(H4mkWriterOptions.Safe) => options with { Safe = json },
            _ => options with { Trak = json },
        };
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, options, leaveOpen: true))
        {
            await writer.CompleteAsync();
        }

        Assert.Equal(VerificationState.Unsigned, (await H4mkContainer.VerifyAsync(H4mkSource.FromStream(output))).State);
        Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, options with { MaxJsonLength = json.Length - 1 }));
        Assert.Throws<ArgumentException>(() => H4mkContainerWriter.Create(Stream.Null, options with { MaxJsonDepth = 5 }));
    }

    [Fact]
    public async Task Flush_BeforeTheFirstBlock_WritesWhatIsKnownOfTheTracks()
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, leaveOpen: true);
        Assert.Equal(0, output.Length);
        await writer.FlushAsync();
        Assert.Equal(["TRAK", "META", "SAFE"], Forward.H4mkForwardReaderTests.Chunks(output.ToArray()).Select(c => c.Tag));
    }
}
