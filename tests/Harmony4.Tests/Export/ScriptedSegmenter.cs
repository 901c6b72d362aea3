using System.Buffers;
using Harmony4.Tokenization;

namespace Harmony4.Tests.Export;

/// <summary>A segmenter that answers as a test tells it, by the bytes offered and the number of the block.</summary>
internal sealed class ScriptedSegmenter(ScriptedSegmenter.Answer answer, string name = "scripted") : BlockSegmenter
{
    private int _blocks;

    public delegate MediaBlock? Answer(long offered, bool isFinal, int block);

    public override string Name => name;

    public override long MaxBufferLength => Limit;

    public override TimeTrack TimeTrack => Track?.Invoke(_blocks) ?? default;

    public override bool AreTimesCounted => Counted;

    public override SegmentationNotice? Notice => Fault;

    public long Limit { get; init; } = 100;

    public Func<int, TimeTrack>? Track { get; init; }

    public bool Counted { get; init; }

    public SegmentationNotice? Fault { get; init; }

    public Func<Stream, bool>? Prepare { get; init; }

    /// <summary>Blocks of ten bytes, a second each.</summary>
    public static ScriptedSegmenter Tens(Func<int, ulong>? time = null, Func<int, bool>? isKey = null) => new((offered, isFinal, block) =>
        offered >= 10 || (isFinal && offered > 0) ? new MediaBlock(Math.Min(offered, 10), time?.Invoke(block) ?? (ulong)block * 1_000_000, 0, isKey?.Invoke(block) ?? true) : null);

    public override ValueTask<bool> PrepareAsync(Stream input, CancellationToken cancellationToken = default) => new(Prepare?.Invoke(input) ?? true);

    public override bool TryRead(in ReadOnlySequence<byte> buffer, bool isFinalBlock, out MediaBlock block)
    {
        var found = answer(buffer.Length, isFinalBlock, _blocks);
        block = found ?? default;
        _blocks += found is null ? 0 : 1;
        return found is not null;
    }
}
