using Harmony4.Format.Tests.Properties;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Verification;

/// <summary>What a verification sums up: how much it checked, how far it is, and its state.</summary>
public sealed class VerificationResultTests
{
    public static TheoryData<IntegrityState, SignatureState, VerificationState> States => new()
    {
        { IntegrityState.Intact, SignatureState.None, VerificationState.Unsigned },
        { IntegrityState.Intact, SignatureState.NotChecked, VerificationState.Unsigned },
        { IntegrityState.Intact, SignatureState.Valid, VerificationState.Valid },
        { IntegrityState.Intact, SignatureState.Invalid, VerificationState.Invalid },
        { IntegrityState.Unverified, SignatureState.None, VerificationState.Unverified },
        { IntegrityState.Unverified, SignatureState.NotChecked, VerificationState.Unverified },
        { IntegrityState.Unverified, SignatureState.Valid, VerificationState.Unverified },
        { IntegrityState.Unverified, SignatureState.Invalid, VerificationState.Invalid },
        { IntegrityState.Incomplete, SignatureState.None, VerificationState.Incomplete },
        { IntegrityState.Incomplete, SignatureState.NotChecked, VerificationState.Incomplete },
        { IntegrityState.Incomplete, SignatureState.Valid, VerificationState.Incomplete },
        { IntegrityState.Incomplete, SignatureState.Invalid, VerificationState.Invalid },
        { IntegrityState.Invalid, SignatureState.None, VerificationState.Invalid },
        { IntegrityState.Invalid, SignatureState.NotChecked, VerificationState.Invalid },
        { IntegrityState.Invalid, SignatureState.Valid, VerificationState.Invalid },
        { IntegrityState.Invalid, SignatureState.Invalid, VerificationState.Invalid },
    };

    [Theory, MemberData(nameof(States))]
    public void State_OfIntegrityAndSignature_IsOneWord(IntegrityState integrity, SignatureState signature, VerificationState expected) =>
        Assert.Equal(expected, new VerificationResult { Integrity = integrity, Signature = signature, Findings = [], FindingCount = 0, BlockCount = 0, PayloadLength = 0, BytesVerified = 0 }.State);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Verify_SoundFileWithALongBlock_CountsAllAndReportsToTheEnd(bool isVersion10, bool isInMemory)
    {
        int[] lengths = [1000, 9 * 1024 * 1024, 0, 3_000_000];
        var recorded = new Recorded(1, 1, [.. lengths.Select((length, i) => new TrackBlock(0, new BlockInfo { Pts = (ulong)i, IsKey = true }, Vectors.SeededBytes("r" + i, length)))]);
        var bytes = isVersion10 ? new Media([.. recorded.Blocks.Select(b => new Block(b.Info.Pts, true, b.Payload))]).Encode() : await recorded.WriteAsync();
        var source = isInMemory ? H4mkSource.FromMemory(bytes) : H4mkSource.FromStream(new MemoryStream(bytes));
        var told = new Told();
        var result = await H4mkContainer.VerifyAsync(source, progress: told);
        Assert.Equal(VerificationState.Unsigned, result.State);
        Assert.Equal((4, lengths.Sum(), bytes.Length, 0), (result.BlockCount, result.PayloadLength, result.BytesVerified, result.FindingCount));
        Assert.True(told.Reports.Count > 1);
        Assert.Equal(told.Reports.Select(r => r.BytesRead).Order(), told.Reports.Select(r => r.BytesRead));
        Assert.Equal(new VerificationProgress(bytes.Length, bytes.Length), told.Reports[^1]);

        // The last byte of the long block.
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var damaged = await container.GetBlockAsync(0, 1);
        bytes[damaged.FileOffset + damaged.Length - 1] ^= 1;
        result = await H4mkContainer.VerifyAsync(isInMemory ? H4mkSource.FromMemory(bytes) : H4mkSource.FromStream(new MemoryStream(bytes)));
        Assert.Equal(VerificationState.Invalid, result.State);
        Assert.Contains(result.Findings, f => f.Offset == damaged.FileOffset - 12 && f.Code == H4mkErrorCode.Crc);
    }

    [Fact]
    public async Task Verify_CutFile_CountsTheBlocksThatAreWhole()
    {
        var recorded = Recorded.Make(7, 2, 20, 2, 60);
        var bytes = await recorded.WriteAsync();
        var cores = Forward.H4mkForwardReaderTests.Chunks(bytes).Where(c => c.Tag == "CORE").ToList();
        for (var i = 0; i < cores.Count; i++)
        {
            var end = cores[i].Offset + 12 + cores[i].Length;
            foreach (var (length, whole) in ((int, int)[])[(end - 1, i), (end, i + 1)])
            {
                var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes.AsMemory(0, length)));
                Assert.Equal((VerificationState.Incomplete, whole), (result.State, result.BlockCount));
                Assert.Equal((cores.Take(whole).Sum(c => c.Length), length), (result.PayloadLength, result.BytesVerified));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Verify_MoreFindingsThanAsked_CountsTheOthers(int most)
    {
        var bytes = await new Recorded(1, 4, [.. Enumerable.Range(0, 5).Select(i => new TrackBlock(0, new BlockInfo { Pts = (ulong)i }, new byte[50]))]).WriteAsync();
        await using (var container = await H4mkContainer.OpenAsync(bytes))
        {
            for (var i = 0; i < 5; i++)
            {
                bytes[(await container.GetBlockAsync(0, i)).FileOffset] ^= 1;
            }
        }

        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), new H4mkContainerOptions { MaxFindings = most });
        Assert.Equal((VerificationState.Invalid, 5, Math.Min(most, 5)), (result.State, result.FindingCount, result.Findings.Count));
    }

    private sealed class Told : IProgress<VerificationProgress>
    {
        public List<VerificationProgress> Reports { get; } = [];

        public void Report(VerificationProgress value)
        {
            lock (Reports)
            {
                Reports.Add(value);
            }
        }
    }
}
