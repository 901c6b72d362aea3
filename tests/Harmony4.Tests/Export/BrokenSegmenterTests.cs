using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4.Tests.Export;

/// <summary>A segmenter of a caller's own that breaks a rule is found out at the byte where it did: nothing is lost, and nothing goes on without end.</summary>
public sealed class BrokenSegmenterTests
{
    private static readonly MediaTransport Transport = new();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(31)]
    [InlineData(long.MaxValue)]
    public Task Length_OfNoBlockThatCanBe_IsFound(long length) =>
        FoundAsync(Second((_, _) => new MediaBlock(length, 0, 0, false)), offset: 10, $"expected a block of 1 to 30 bytes, found {length}");

    [Fact]
    public async Task FalseForTheEndOfTheInput_IsFound()
    {
        await FoundAsync(Second((_, _) => null), offset: 10, "expected a block of the 30 bytes that end the input, found none");
        await FoundAsync(() => new ScriptedSegmenter((_, _, _) => null), offset: 0, "40 bytes that end the input");
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(10)]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task FalseForAsMuchAsItHolds_IsFound(long limit)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Transport.ExportAsync(new EndlessStream(), Stream.Null, new ExportOptions { Segmenter = _ => new ScriptedSegmenter((_, _, _) => null) { Limit = limit } }));
        Check(exception, 0, $"once {limit} bytes (MaxBufferLength) are offered");
    }

    [Fact]
    public async Task False_BelowWhatItHolds_IsNoFault()
    {
        var segmenter = new ScriptedSegmenter((offered, isFinal, _) => isFinal && offered > 0 ? new MediaBlock(offered, 0, 0, true) : null) { Limit = 1_000_001 };
        var result = await Transport.ExportAsync(new MemoryStream(new byte[1_000_000]), Stream.Null, new ExportOptions { Segmenter = _ => segmenter });
        Assert.Equal(1, result.Container.BlockCount);
    }

    [Fact]
    public async Task BlockBehindTheEnd_IsFound()
    {
        await FoundAsync(() => new ScriptedSegmenter((offered, _, _) => new MediaBlock(offered, 0, 0, false)), offset: 40, "expected a block of 1 to 0 bytes, found 0");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public Task KeyTimes_ThatDoNotIncrease_AreFound(ulong second) =>
        FoundAsync(() => ScriptedSegmenter.Tens(i => i == 0 ? 5 : second), offset: 10, $"expected one above 5 us, found {second}");

    [Fact]
    public async Task OtherTimes_MayFall()
    {
        var output = new MemoryStream();
        await Transport.ExportAsync(new MemoryStream(new byte[40]), output, new ExportOptions { Segmenter = _ => ScriptedSegmenter.Tens(i => 100 - (ulong)i, i => i == 0) });
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        Assert.Equal(VerificationState.Unsigned, (await Transport.VerifyAsync(container)).State);
    }

    [Fact]
    public async Task EndOfTime_IsFoundWhereItIsPassed()
    {
        await FoundAsync(Second((offered, _) => new MediaBlock(offered, ulong.MaxValue, 1, false)), offset: 10, "2^64 - 1 us");

        // What the version cannot hold is stored as the last time that it can, as of any media.
        foreach (var version in new[] { H4mkVersion.V10, H4mkVersion.V11 })
        {
            var output = new MemoryStream();
            await Transport.ExportAsync(
                new MemoryStream(new byte[40]),
                output,
                new ExportOptions { Version = version, Segmenter = _ => ScriptedSegmenter.Tens(i => ulong.MaxValue - 3 + (ulong)i) });
            await using var container = await H4mkContainer.OpenAsync(output.ToArray());
            Assert.NotEqual(VerificationState.Invalid, (await Transport.VerifyAsync(container)).State);
        }
    }

    [Fact]
    public Task TrackThatChanges_IsFound() => FoundAsync(
        () => new ScriptedSegmenter((offered, _, _) => offered == 0 ? null : new MediaBlock(Math.Min(offered, 10), 0, 0, false)) { Track = i => new TimeTrack { Id = i < 2 ? 1UL : 2 } },
        offset: 10,
        "stays the same");

    [Fact]
    public async Task Exception_IsLocated()
    {
        var exception = await FoundAsync(Second((_, _) => throw new FormatException("odd")), offset: 10, "FormatException: odd");
        Assert.IsType<FormatException>(exception.InnerException);
    }

    [Fact]
    public async Task Append_BlockThatFallsBackBehindTheTrack_IsFound()
    {
        var options = new ExportOptions { Segmenter = _ => ScriptedSegmenter.Tens() };
        var first = await TestContainers.ExportAsync(new byte[40], options);
        await using var container = await H4mkContainer.OpenAsync(first);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Transport.AppendAsync(
            container,
            TestContainers.Inputs(new byte[20]),
            Stream.Null,
            options with { Segmenter = _ => ScriptedSegmenter.Tens(i => i == 0 ? 9_000_000UL : 3_000_000UL, i => i > 0) }));
        Check(exception, 10, "expected one above 3000000 us, where the track has its last, found 3000000");
    }

    [Fact]
    public async Task InputOfSeveral_IsNamed()
    {
        var inputs = TestContainers.Inputs(new byte[40], new byte[40]);
        inputs[1] = inputs[1] with { Segmenter = _ => new ScriptedSegmenter((_, _, _) => null) };
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Transport.ExportAsync(inputs, Stream.Null));
        Assert.Contains("of input 1", exception.Message, StringComparison.Ordinal);
    }

    private static Func<ScriptedSegmenter> Second(Func<long, bool, MediaBlock?> answer) =>
        () => new((offered, isFinal, block) => block == 0 ? new MediaBlock(10, 0, 0, true) : answer(offered, isFinal));

    /// <summary>Both ways that read with a segmenter find it.</summary>
    private static async Task<InvalidOperationException> FoundAsync(Func<ScriptedSegmenter> make, long offset, string rule)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var token in Transport.TokenizeVideoAsync(new MemoryStream(new byte[40]), _ => make()))
            {
                Assert.True(token.Index < 40);
            }
        });
        Check(exception, offset, rule);
        exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Transport.ExportAsync(new MemoryStream(new byte[40]), Stream.Null, new ExportOptions { Segmenter = _ => make() }));
        Check(exception, offset, rule);
        return exception;
    }

    private static void Check(InvalidOperationException exception, long offset, string rule)
    {
        Assert.Contains("'scripted'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"offset {offset} (0x{offset:x})", exception.Message, StringComparison.Ordinal);
        Assert.Contains(rule, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Zeros without end: what holds them all would not come back.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Clear();
            return new(buffer.Length);
        }
    }
}
