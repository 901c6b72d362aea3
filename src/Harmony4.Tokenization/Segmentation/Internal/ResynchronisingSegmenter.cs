using System.Buffers;

namespace Harmony4.Tokenization.Internal;

/// <summary>A segmenter of a format in which the next unit can be found again after damage: what lies between is an opaque block.</summary>
internal abstract class ResynchronisingSegmenter(SegmenterOptions? options) : FramedSegmenter(options)
{
    private const int SearchStep = 1024;

    private bool _isLost;

    /// <summary>Gets the first byte of every unit.</summary>
    protected abstract byte SyncByte { get; }

    protected sealed override Step ReadUnit(in SequenceReader<byte> reader, long limit, bool isFinal) =>
        _isLost ? Search(in reader, limit, isFinal) : ReadFrame(in reader, limit, isFinal);

    /// <inheritdoc cref="FramedSegmenter.ReadUnit(in SequenceReader{byte}, long, bool)"/>
    protected abstract Step ReadFrame(in SequenceReader<byte> reader, long limit, bool isFinal);

    /// <summary>Whether a unit begins at the reader, for certain; null when more bytes are needed to tell.</summary>
    protected abstract bool? IsSync(in SequenceReader<byte> reader, bool isFinal);

    /// <summary>Called when the next unit was found again behind lost framing.</summary>
    protected virtual void OnResynchronised()
    {
    }

    /// <summary>Ends the block, then goes over what follows until a unit begins.</summary>
    protected Step Lose(string message)
    {
        if (BlockLength > 0)
        {
            return Step.Cut;
        }

        SetNotice(message);
        _isLost = true;
        Accept(1);
        return Step.Accepted;
    }

    private Step Search(in SequenceReader<byte> reader, long limit, bool isFinal)
    {
        Span<byte> scratch = stackalloc byte[SearchStep];
        var ahead = reader.PeekUpTo((int)Math.Min(SearchStep, limit), scratch);
        var at = ahead.IndexOf(SyncByte);
        if (at != 0)
        {
            Accept(at < 0 ? ahead.Length : at);
            return Step.Accepted;
        }

        switch (IsSync(in reader, isFinal))
        {
            case null when !isFinal:
                return Step.NeedMore;
            case true:
                _isLost = false;
                OnResynchronised();
                return Step.Cut;
            default:
                Accept(1);
                return Step.Accepted;
        }
    }
}
