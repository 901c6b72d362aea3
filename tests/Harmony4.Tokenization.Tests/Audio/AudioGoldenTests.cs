using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization.Tests;

/// <summary>The same tokens everywhere: each platform's run of these tests compares itself with the checked-in digest.</summary>
public class AudioGoldenTests
{
    public static TheoryData<int> Widths => [.. Enum.GetValues<LaneWidth>().Where(LaneWidths.IsSupported).Select(w => (int)w)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Tokenize_CorpusAtEveryWidth_HasTheGoldenDigest(int width) =>
        Assert.Equal(AudioCorpus.Digest, AudioCorpus.ComputeDigest((LaneWidth)width));

    [Theory]
    [MemberData(nameof(Widths))]
    public void TryReadFrame_AllFormsAtEveryWidth_HaveTheGoldenDigest(int width) =>
        Assert.Equal(AudioCorpus.DigestOfForms, AudioCorpus.ComputeDigestOfForms((LaneWidth)width));

    [Fact]
    public void Widest_AnyMachine_IsSupported() => Assert.True(LaneWidths.IsSupported(LaneWidths.Widest));

    [Fact]
    public void IsSupported_EveryWidth_IsWhatTheProcessorHas()
    {
        Assert.True(LaneWidths.IsSupported(LaneWidth.Scalar));
        Assert.Equal(Vector128.IsHardwareAccelerated, LaneWidths.IsSupported(LaneWidth.Two));
        Assert.Equal(Avx2.IsSupported, LaneWidths.IsSupported(LaneWidth.Four));
        Assert.Equal(Avx512F.IsSupported, LaneWidths.IsSupported(LaneWidth.Eight));
        Assert.Equal(Enum.GetValues<LaneWidth>().Where(LaneWidths.IsSupported).Max(), LaneWidths.Widest);
    }
}
