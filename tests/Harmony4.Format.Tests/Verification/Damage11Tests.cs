using Harmony4.Format.Tests.Conformance;

namespace Harmony4.Format.Tests.Verification;

/// <summary>Every bit of a 1.1 file is accounted for: a flip is found in the chunk that holds it, a cut makes the file incomplete.</summary>
public sealed class Damage11Tests
{
    // Every bit in the long run; here each bit of a byte in turn, which reaches every field of every chunk.
    private static readonly int Step = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1" ? 1 : 9;

    public static TheoryData<string> Whole => [.. Vectors11.Files.Where(f => f.Case.TryGetProperty("identity", out _)).Select(f => f.Name)];

    public static TheoryData<string> All => [.. Vectors11.Files.Select(f => f.Name)];

    [Theory, MemberData(nameof(All))]
    public async Task Verify_Vector_HasItsState(string name)
    {
        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(Vectors11.Read(name)));
        Assert.Equal(Vectors11.Case(name).GetProperty("state").GetString(), result.State.ToString().ToLowerInvariant());
        Assert.Equal(result.State == VerificationState.Unsigned, result.FindingCount == 0);
    }

    [Fact]
    public async Task Verify_BrokenTagBeforeAPayloadThatEndsInTail_IsIncomplete()
    {
        // The length of the chunk leads on to the last one, whose payload the TAIL is.
        var bytes = TestKit.Vectors.Read("h4mk-1.1/malformed/payload-opens-when-cut.h4mk");
        var meta = Chunks(bytes)[1];
        bytes[(int)meta + 2] = 0x9f;
        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes));
        Assert.Equal(VerificationState.Incomplete, result.State);
        Assert.Equal((meta, H4mkErrorCode.BadTag), (result.Findings[0].Offset, result.Findings[0].Code));
    }

    [Theory]
    [InlineData("one-track.h4mk")]
    [InlineData("bundle.h4mk")]
    [InlineData("upgraded.h4mk")]
    [InlineData("signed-hmac.h4mk")]
    [InlineData("no-keys.h4mk")]
    public async Task Verify_EveryBitFlipped_NamesTheChunkThatHoldsIt(string name)
    {
        var bytes = Vectors11.Read(name);
        var chunks = Chunks(bytes);
        var options = new H4mkContainerOptions { MaxDegreeOfParallelism = 1 };
        for (var bit = 0; bit < 8 * bytes.Length; bit += Step)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), options);
            var expected = bit / 8 >= 8 ? chunks.Last(c => c <= bit / 8) : bit / 8 >= 6 ? 6 : bit / 8 >= 4 ? 4 : 0;
            Assert.True(
                result.State is VerificationState.Invalid or VerificationState.Incomplete && result.Findings[0].Offset == expected,
                $"bit {bit} of byte {bit / 8}: {result.State}, expected a finding at {expected}, found {string.Join("; ", result.Findings.Select(f => $"{f.Chunk}@{f.Offset} {f.Code.ToName()} {f.Message}"))}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory, MemberData(nameof(Whole))]
    public async Task Verify_EveryCut_IsIncomplete(string name)
    {
        var bytes = Vectors11.Read(name);
        var part = Vectors11.Case(name).TryGetProperty("of", out var of) && of.GetString() == "v10.h4mk" ? Vectors11.Read("v10.h4mk").Length : 0;
        for (var length = 0; length < bytes.Length; length += bytes.Length > 50_000 ? 997 : 1)
        {
            var cut = H4mkSource.FromMemory(bytes.AsMemory(0, length));
            if (length < 8)
            {
                await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainer.VerifyAsync(cut));
                continue;
            }

            // An upgraded file cut just behind its 1.0 part is that file; exactly before its VERI it cannot be told from one without.
            var expected = length == part ? VerificationState.Unsigned : part > 0 && length == part - 44 ? VerificationState.Unverified : VerificationState.Incomplete;
            var result = await H4mkContainer.VerifyAsync(cut);
            Assert.True(expected == result.State, $"{length} of {bytes.Length}: {result.State}");
        }
    }

    [Fact]
    public async Task Verify_AnyDegree_FindsTheSame()
    {
        var bytes = Vectors11.Read("h10.h4mk");
        var random = new Random(1);
        for (var round = 0; round < 30; round++)
        {
            var damaged = bytes.ToArray();
            for (var i = 0; i < 5; i++)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            var one = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(damaged), new H4mkContainerOptions { MaxDegreeOfParallelism = 1 });
            var many = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(damaged), new H4mkContainerOptions { MaxDegreeOfParallelism = 7 });
            Assert.Equal(one.State, many.State);
            Assert.Equal(one.Findings, many.Findings);
        }
    }

    [Fact]
    public async Task Verify_ManyInterleavedTracks_ReadsEachPageOnce()
    {
        const int tracks = 60;
        using var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Tracks = [.. Enumerable.Range(0, tracks).Select(i => new H4mkTrackInfo { Id = i, Kind = TrackKind.Data })] }, leaveOpen: true))
        {
            for (var i = 0; i < tracks * 300; i++)
            {
                await writer.WriteBlockAsync(i % tracks, new BlockInfo { Pts = (ulong)i }, new byte[] { (byte)i });
            }

            await writer.CompleteAsync();
        }

        await using var source = H4mkSource.FromStream(output);
        var result = await H4mkContainer.VerifyAsync(source, new H4mkContainerOptions { PageCacheLength = 0 });
        Assert.Equal(VerificationState.Unsigned, result.State);
        Assert.InRange(source.BytesRead, output.Length, (2 * output.Length) + (512 * 1024));
    }

    private static List<long> Chunks(byte[] bytes)
    {
        var offsets = new List<long>();
        for (long at = 8; at < bytes.Length; at += 12 + System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan((int)at + 4)))
        {
            offsets.Add(at);
        }

        return offsets;
    }
}
