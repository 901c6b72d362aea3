using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Harmony4.Tokenization;

/// <content>The streaming form: PCM in pieces of any length, frames out.</content>
public sealed partial class AudioFftTokenizer
{
    private readonly short[] _pending;
    private readonly byte[] _partialGroup;
    private int _pendingCount;
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
    public bool TryReadFrame(ref ReadOnlySpan<byte> pcm, Span<AudioToken> destination, out AudioFrame frame)
    {
        ThrowIfShort(destination);
        if (_completed)
        {
            throw new InvalidOperationException($"the stream is complete; {nameof(Reset)} starts another");
        }

        var length = pcm.Length;
        Take(ref pcm);
        _consumed += length - pcm.Length;
        if (_pendingCount < _pending.Length)
        {
            frame = default;
            return false;
        }

        frame = Emit(destination);
        _pendingCount -= HopSize;
        _pending.AsSpan(HopSize).CopyTo(_pending);
        return true;
    }

    /// <summary>Ends the stream, and writes the tokens of its padded last frame if the options ask for one and samples are left.</summary>
    /// <param name="destination">Receives <see cref="TokensPerFrame"/> tokens, the strongest first.</param>
    /// <param name="frame">The frame that the tokens describe, or the default.</param>
    /// <returns>Whether there is such a frame; always <see langword="false"/> for a stream that is complete already.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short. The stream is not ended then.</exception>
    /// <exception cref="PcmFormatException">The stream ends inside a group of samples.</exception>
    public bool TryComplete(Span<AudioToken> destination, out AudioFrame frame)
    {
        ThrowIfShort(destination);
        frame = default;
        if (_completed)
        {
            return false;
        }

        if (_partialLength != 0)
        {
            throw new PcmFormatException(_consumed - _partialLength, _partialLength, _groupLength);
        }

        _completed = true;
        var covered = _nextFrame == 0 ? 0 : HopSize;
        if (!Options.PadTail || _pendingCount <= covered)
        {
            return false;
        }

        _pending.AsSpan(_pendingCount).Clear();
        frame = Emit(destination);
        return true;
    }

    /// <summary>Forgets all input and starts another stream at frame 0.</summary>
    public void Reset()
    {
        _pendingCount = 0;
        _partialLength = 0;
        _consumed = 0;
        _nextFrame = 0;
        _completed = false;
    }

    private AudioFrame Emit(Span<AudioToken> destination)
    {
        _analyzer.Analyze(_pending, destination);
        var index = _nextFrame++;
        return new AudioFrame(index, GetPts(index), TokensPerFrame);
    }

    private void Take(ref ReadOnlySpan<byte> pcm)
    {
        if (_partialLength != 0)
        {
            TakePartial(ref pcm, _groupLength - _partialLength);
            if (_partialLength < _groupLength)
            {
                return;
            }

            _partialLength = 0;
            _pendingCount += Gather(_partialGroup, _pending.AsSpan(_pendingCount));
        }

        var groups = Math.Min(pcm.Length / _groupLength, _pending.Length - _pendingCount);
        _pendingCount += Gather(pcm[..(groups * _groupLength)], _pending.AsSpan(_pendingCount));
        pcm = pcm[(groups * _groupLength)..];
        if (_pendingCount < _pending.Length)
        {
            TakePartial(ref pcm, _groupLength);
        }
    }

    private void TakePartial(ref ReadOnlySpan<byte> pcm, int wanted)
    {
        var length = Math.Min(wanted, pcm.Length);
        pcm[..length].CopyTo(_partialGroup.AsSpan(_partialLength));
        _partialLength += length;
        pcm = pcm[length..];
    }

    /// <summary>Copies the chosen channel of whole groups; returns how many samples that are.</summary>
    private int Gather(ReadOnlySpan<byte> groups, Span<short> samples)
    {
        var count = groups.Length / _groupLength;
        if (Options.Channels == 1 && BitConverter.IsLittleEndian)
        {
            groups.CopyTo(MemoryMarshal.AsBytes(samples));
            return count;
        }

        var at = Options.Channel * BytesPerSample;
        foreach (ref var sample in samples[..count])
        {
            sample = BinaryPrimitives.ReadInt16LittleEndian(groups[at..]);
            at += _groupLength;
        }

        return count;
    }
}
