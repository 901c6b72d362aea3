using System.Buffers;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>The 51 doubtful containers, each as docs/format/h4mk-1.0.md section 10 demands, with the offset of the fault.</summary>
public sealed class EdgeContainerTests
{
    // Name, what opening says, where; or the state and the codes with their offsets that verification gives.
    private static readonly Dictionary<string, Expectation> Expectations = new()
    {
        ["base"] = State(VerificationState.Unsigned),
        ["cut-0"] = Fault(H4mkErrorCode.TooShort, 0),
        ["cut-3"] = Fault(H4mkErrorCode.TooShort, 0),
        ["cut-4"] = Fault(H4mkErrorCode.TooShort, 0),
        ["cut-7"] = Fault(H4mkErrorCode.TooShort, 0),
        ["cut-8"] = State(VerificationState.Incomplete, (H4mkErrorCode.Missing, 8), (H4mkErrorCode.Missing, 8), (H4mkErrorCode.Missing, 8), (H4mkErrorCode.Missing, 8)),
        ["cut-after-first-core"] = State(VerificationState.Incomplete, (H4mkErrorCode.Missing, 30), (H4mkErrorCode.Missing, 30), (H4mkErrorCode.Missing, 30), (H4mkErrorCode.Missing, 30)),
        ["cut-in-chunk-header"] = Fault(H4mkErrorCode.Trailing, 30),
        ["cut-at-chunk-header-end"] = Fault(H4mkErrorCode.Overrun, 30),
        ["cut-in-payload"] = Fault(H4mkErrorCode.Overrun, 8),
        ["cut-veri"] = State(VerificationState.Unverified, (H4mkErrorCode.Missing, 208)),
        ["cut-in-veri"] = Fault(H4mkErrorCode.Overrun, 208),
        ["magic"] = Fault(H4mkErrorCode.BadMagic, 0),
        ["version-0"] = Fault(H4mkErrorCode.BadVersion, 4),
        ["version-2"] = Fault(H4mkErrorCode.BadVersion, 4),
        ["version-256"] = Fault(H4mkErrorCode.BadVersion, 4),
        ["version-little-endian"] = Fault(H4mkErrorCode.BadVersion, 4),
        ["reserved-nonzero"] = Fault(H4mkErrorCode.BadReserved, 6),
        ["payload-bit"] = State(VerificationState.Invalid, (H4mkErrorCode.Crc, 8), (H4mkErrorCode.Veri, 208)),
        ["crc-bit"] = State(VerificationState.Invalid, (H4mkErrorCode.Crc, 8), (H4mkErrorCode.Veri, 208)),
        ["tag-changed"] = State(VerificationState.Invalid, (H4mkErrorCode.Veri, 208)),
        ["length-plus-1"] = Fault(H4mkErrorCode.BadTag, 31),
        ["length-max"] = Fault(H4mkErrorCode.Overrun, 8),
        ["veri-wrong"] = State(VerificationState.Invalid, (H4mkErrorCode.Veri, 208)),
        ["core-replaced"] = State(VerificationState.Invalid, (H4mkErrorCode.Veri, 208)),
        ["veri-short"] = Fault(H4mkErrorCode.BadLength, 208),
        ["veri-long"] = Fault(H4mkErrorCode.BadLength, 208),
        ["veri-empty"] = Fault(H4mkErrorCode.BadLength, 208),
        ["veri-over-payloads"] = State(VerificationState.Invalid, (H4mkErrorCode.Veri, 208)),
        ["veri-over-header-too"] = State(VerificationState.Invalid, (H4mkErrorCode.Veri, 208)),
        ["tail-1"] = Fault(H4mkErrorCode.Trailing, 252),
        ["tail-11"] = Fault(H4mkErrorCode.Trailing, 252),
        ["tail-12"] = Fault(H4mkErrorCode.AfterVeri, 252),
        ["tail-zeros-12"] = Fault(H4mkErrorCode.BadTag, 252),
        ["tail-zeros-30"] = Fault(H4mkErrorCode.BadTag, 252),
        ["core-after-veri"] = Fault(H4mkErrorCode.AfterVeri, 252),
        ["second-meta"] = Fault(H4mkErrorCode.Duplicate, 252),
        ["second-seek"] = Fault(H4mkErrorCode.Duplicate, 136),
        ["second-veri"] = Fault(H4mkErrorCode.Duplicate, 252),
        ["unknown-chunk"] = State(VerificationState.Unsigned),
        ["order-meta-first"] = State(VerificationState.Unsigned),
        ["seek-empty-payload"] = Fault(H4mkErrorCode.BadLength, 104),
        ["seek-3-bytes"] = Fault(H4mkErrorCode.BadLength, 104),
        ["seek-count-max"] = Fault(H4mkErrorCode.BadLength, 104),
        ["seek-count-too-large"] = Fault(H4mkErrorCode.BadLength, 104),
        ["seek-count-too-small"] = Fault(H4mkErrorCode.BadLength, 104),
        ["seek-extra-bytes"] = Fault(H4mkErrorCode.BadLength, 104),
        ["seek-partial-entry"] = Fault(H4mkErrorCode.BadLength, 104),
        ["seek-count-0"] = State(VerificationState.Unsigned),
        ["seek-missing"] = State(VerificationState.Unsigned),
        ["meta-not-json"] = State(VerificationState.Invalid, (H4mkErrorCode.Json, 168)),
    };

    public static TheoryData<string> Names => [.. Vectors.Cases("edge_containers").Select(c => c.GetProperty("name").GetString()!)];

    [Fact]
    public void Expectations_CoverEveryCase() =>
        Assert.Equal(Vectors.Cases("edge_containers").Select(c => c.GetProperty("name").GetString()!).Order(), Expectations.Keys.Order());

    [Theory, MemberData(nameof(Names))]
    public async Task OpenAndVerify_EdgeCase_IsJudgedAsTheTableSays(string name)
    {
        var bytes = Convert.FromHexString(Vectors.Case("edge_containers", name).GetProperty("hex").GetString()!);
        var expected = Expectations[name];
        if (expected.State is not { } state)
        {
            var fault = await Assert.ThrowsAsync<H4mkFormatException>(() => H4mkContainer.OpenAsync(bytes).AsTask());
            Assert.Equal(expected.Code, fault.Code);
            Assert.Equal(expected.Offset, fault.Offset);
            Assert.Contains($"at offset {fault.Offset} (0x{fault.Offset:x})", fault.Message, StringComparison.Ordinal);

            // Reading forward comes to the same verdict as opening, however the bytes are cut.
            foreach (var cut in Segmentations.Of(bytes))
            {
                var forward = Assert.Throws<H4mkFormatException>(() => ReadThrough(cut));
                Assert.Equal((fault.Code, fault.Offset), (forward.Code, forward.Offset));
            }

            return;
        }

        await using var container = await H4mkContainer.OpenAsync(bytes);
        var result = await container.VerifyAsync();
        Assert.Equal(state, result.State);
        Assert.Equal(expected.Findings, result.Findings.Select(f => (f.Code, f.Offset)));
    }

    private static void ReadThrough(in ReadOnlySequence<byte> bytes)
    {
        var reader = new H4mkReader(bytes, isFinalBlock: true, new H4mkReaderState(new H4mkReaderOptions { ReportCrcMismatch = true }));
        while (reader.Read())
        {
        }
    }

    private static Expectation Fault(H4mkErrorCode code, long offset) => new(null, code, offset, []);

    private static Expectation State(VerificationState state, params (H4mkErrorCode Code, long Offset)[] findings) => new(state, null, null, findings);

    private sealed record Expectation(VerificationState? State, H4mkErrorCode? Code, long? Offset, (H4mkErrorCode Code, long Offset)[] Findings);
}
