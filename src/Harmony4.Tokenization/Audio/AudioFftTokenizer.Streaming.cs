using Harmony4.Tokenization.Internal;

namespace Harmony4.Tokenization;

/// <content>The streaming form: PCM in pieces of any length, frames out.</content>
public sealed partial class AudioFftTokenizer
{
    private readonly FrameBuffer _pending;
    private readonly byte[] _partialGroup;
    private PcmFormatException? _fault;
    private int _partialLength;
    private long _consumed;
    private long _nextFrame;
    private bool _completed;

    /// <summary>Takes PCM until a frame is whole, and writes its tokens. Call it until it returns false, then again with the next piece.</summary>
    /// <param name="pcm">
    /// The next bytes of the stream, which may begin and end inside a sample; moved past what was taken. Empty when the result is false.
    /// </param>
    /// <param name="destination">Receives <see cref="TokensPerFrame"/> tokens, the strongest first.</param>
    /// <param name="frame">The frame that the tokens describe, or the default.</param>
    /// <returns><see langword="true"/> with one frame; <see langword="false"/> when all bytes are taken and no further frame is whole.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short. Nothing is taken then.</exception>
    /// <exception cref="InvalidOperationException">The stream was completed and not <see cref="Reset"/>.</exception>
    /// <exception cref="PcmFormatException">
    /// A sample of the channel is not finite, or above 2^65 in magnitude. The frames in front of it were given; further calls fail in the same way until <see cref="Reset"/>.
    /// </exception>
    public bool TryReadFrame(ref ReadOnlySpan<byte> pcm, Span<AudioToken> destination, out AudioFrame frame)
    {
        ThrowIfShort(destination);
        if (_completed)
        {
            throw new InvalidOperationException($"the stream is complete; {nameof(Reset)} starts another");
        }

        ThrowIfFaulty();
        Take(ref pcm);
        if (_pending.Room > 0)
        {
            frame = default;
            return false;
        }

        frame = Emit(destination);
        _pending.Advance(HopSize);
        return true;
    }

    /// <summary>Ends the stream, and writes the tokens of its padded last frame if the options ask for one and samples are left.</summary>
    /// <param name="destination">Receives <see cref="TokensPerFrame"/> tokens, the strongest first.</param>
    /// <param name="frame">The frame that the tokens describe, or the default.</param>
    /// <returns>Whether there is such a frame; always <see langword="false"/> for a stream that is complete already.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short. The stream is not ended then.</exception>
    /// <exception cref="PcmFormatException">The stream ends inside a group of samples, or <see cref="TryReadFrame"/> has failed.</exception>
    public bool TryComplete(Span<AudioToken> destination, out AudioFrame frame)
    {
        ThrowIfShort(destination);
        frame = default;
        if (_completed)
        {
            return false;
        }

        ThrowIfFaulty();
        if (_partialLength != 0)
        {
            throw new PcmFormatException(_consumed - _partialLength, _partialLength, GroupLength);
        }

        _completed = true;
        var covered = _nextFrame == 0 ? 0 : HopSize;
        if (!Options.PadTail || _pending.Count <= covered)
        {
            return false;
        }

        frame = Emit(destination);
        return true;
    }

    /// <summary>Forgets all input and starts another stream at frame 0.</summary>
    public void Reset()
    {
        _pending.Clear();
        _fault = null;
        _partialLength = 0;
        _consumed = 0;
        _nextFrame = 0;
        _completed = false;
    }

    private AudioFrame Emit(Span<AudioToken> destination)
    {
        var power = _pending.Analyze(_analyzer, destination);
        var index = _nextFrame++;

        // The frame size is a power of two: the quotient is exact.
        return new AudioFrame(index, GetPts(index), TokensPerFrame, Math.Sqrt(power) * 4 / Options.FrameSize);
    }

    private void Take(ref ReadOnlySpan<byte> pcm)
    {
        if (_partialLength != 0)
        {
            TakePartial(ref pcm, GroupLength - _partialLength);
            if (_partialLength < GroupLength)
            {
                return;
            }

            _partialLength = 0;
            Append(_partialGroup);
        }

        var length = Math.Min(pcm.Length / GroupLength, _pending.Room) * GroupLength;
        var groups = pcm[..length];
        pcm = pcm[length..];
        _consumed += length;
        Append(groups);
        if (_pending.Room > 0)
        {
            TakePartial(ref pcm, GroupLength);
        }
    }

    private void TakePartial(ref ReadOnlySpan<byte> pcm, int wanted)
    {
        var length = Math.Min(wanted, pcm.Length);
        pcm[..length].CopyTo(_partialGroup.AsSpan(_partialLength));
        _partialLength += length;
        _consumed += length;
        pcm = pcm[length..];
    }

    /// <summary>Appends whole groups, the last that were consumed.</summary>
    private void Append(ReadOnlySpan<byte> groups)
    {
        if (_pending.Append(groups) is >= 0 and var fault)
        {
            _fault = new PcmFormatException(_consumed - groups.Length + fault, _sampleLength, PcmSamples.ReadFloat(groups.Slice(fault, _sampleLength)));
            ThrowIfFaulty();
        }
    }

    private void ThrowIfFaulty()
    {
        if (_fault is not null)
        {
            throw new PcmFormatException(_fault);
        }
    }
}
