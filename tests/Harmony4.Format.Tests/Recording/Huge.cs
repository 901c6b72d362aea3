using System.Buffers;

namespace Harmony4.Format.Tests.Recording;

/// <summary>A sequence of any length that repeats one buffer.</summary>
internal sealed class Huge : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Of(byte[] piece, int count)
    {
        var first = new Huge { Memory = piece };
        var last = first;
        for (var i = 1; i < count; i++)
        {
            var next = new Huge { Memory = piece, RunningIndex = last.RunningIndex + piece.Length };
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, piece.Length);
    }
}
