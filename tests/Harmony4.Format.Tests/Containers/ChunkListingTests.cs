using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Forward;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Containers;

/// <summary>The chunks that an index lists are those that a walk over the file finds.</summary>
public sealed class ChunkListingTests
{
    public static TheoryData<string> Names => new("appended", "bundle", "empty", "exact-pages", "late-track", "one-track", "signed-hmac", "upgraded", "v10", "recorded");

    [Theory, MemberData(nameof(Names))]
    public async Task EnumerateChunks_AnyTagFromAnyPlace_AreThoseOfTheFile(string name)
    {
        var bytes = name == "recorded" ? await Recorded.Make(7, 3, 40, 2, 60).WriteAsync() : Vectors11.Read(name + ".h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);

        // No index tells where SEEK of a 1.0 part is.
        var expected = H4mkForwardReaderTests.Chunks(bytes).Where(c => !container.IsUpgraded || c.Tag != "SEEK").ToList();
        foreach (var tag in expected.Select(c => c.Tag).Append("none").Distinct().Append(null))
        {
            foreach (var from in expected.SelectMany(c => (long[])[c.Offset, c.Offset + 1]).Append(0))
            {
                var found = await container.EnumerateChunksAsync(tag is null ? null : new ChunkTag(tag), from).ToListAsync();
                Assert.Equal(expected.Where(c => c.Offset >= from && (tag is null || c.Tag == tag)), found.Select(c => (c.Tag.ToString(), (int)c.Offset, (int)c.Length)));
            }
        }

        Assert.Equal(
            expected.Where(c => c.Tag is not ("CORE" or "TOKN" or "INDX")),
            container.ListOtherChunks().OrderBy(c => c.Offset).Select(c => (c.Tag.ToString(), (int)c.Offset, (int)c.Length)));
        foreach (var tag in (string[])["TRAK", "META", "SAFE", "VERI", "SEEK", "SIGN", "SEAL", "ROOT", "TAIL", "none"])
        {
            var first = expected.Where(c => c.Tag == tag).Select(c => ((int, int)?)(c.Offset, c.Length)).FirstOrDefault();
            var found = container.FindChunk(new ChunkTag(tag));
            Assert.Equal(first, found is { } chunk ? ((int)chunk.Offset, (int)chunk.Length) : null);
        }

        Assert.Throws<ArgumentOutOfRangeException>("from", () => container.EnumerateChunksAsync(from: -1));
    }

    [Fact]
    public async Task EnumerateChunks_Cancelled_Ends()
    {
        foreach (var bytes in (byte[][])[Vectors11.Read("bundle.h4mk"), Media.Small.Encode()])
        {
            await using var container = await H4mkContainer.OpenAsync(bytes);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await container.EnumerateChunksAsync(cancellationToken: new CancellationToken(canceled: true)).ToListAsync());
        }
    }
}
