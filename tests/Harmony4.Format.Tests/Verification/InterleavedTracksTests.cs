namespace Harmony4.Format.Tests.Verification;

/// <summary>How much a verification reads besides the file itself.</summary>
public sealed class InterleavedTracksTests
{
    private const int Tracks = 20;
    private const int BlocksOfTrack = 64;
    private const int Pages = Tracks * BlocksOfTrack >> 4;

    // The end of the file, and the ROOT or the header of one chunk.
    private const int Others = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verify_TracksInterleaved_ReadsEachPageOnceAndNoHeaderAgain(bool isDamaged)
    {
        var file = await RecordAsync();
        if (isDamaged)
        {
            file[file.Length / 2] ^= 1;
        }

        await using var source = H4mkSource.FromMemory(file);
        var result = await H4mkContainer.VerifyAsync(source, new H4mkContainerOptions { PageCacheLength = 0 });
        Assert.Equal(isDamaged ? VerificationState.Invalid : VerificationState.Unsigned, result.State);
        Assert.InRange(source.ReadCount, 1, Pages + Others);
    }

    private static async Task<byte[]> RecordAsync()
    {
        using var file = new MemoryStream();
        var tracks = Enumerable.Range(0, Tracks).Select(i => new H4mkTrackInfo { Id = i, Kind = TrackKind.Data }).ToArray();
        await using (var writer = H4mkContainerWriter.Create(file, new H4mkWriterOptions { Tracks = tracks, PageLog2 = 4 }, leaveOpen: true))
        {
            for (var i = 0; i < Tracks * BlocksOfTrack; i++)
            {
                await writer.WriteBlockAsync(i % Tracks, new BlockInfo { Pts = (ulong)(i / Tracks), IsKey = true }, new byte[100]);
            }

            await writer.CompleteAsync();
        }

        return file.ToArray();
    }
}
