using System.Buffers.Binary;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>Damages inputs in the ways that parsers trip over; the same seed gives the same inputs.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, int seed)
{
    private readonly Random _random = new(seed);

    public Random Random => _random;

    /// <summary>Makes one damaged input of at most <paramref name="longest"/> bytes.</summary>
    public byte[] Next(int longest)
    {
        var source = seeds[_random.Next(seeds.Count)];
        var input = source[..Math.Min(source.Length, _random.Next(1, longest + 1))];
        for (var times = _random.Next(1, 6); times > 0 && input.Length > 0; times--)
        {
            input = Mutate(input, longest);
        }

        return input;
    }

    private byte[] Mutate(byte[] input, int longest)
    {
        var at = _random.Next(input.Length);
        var length = Math.Min(_random.Next(1, 65), input.Length - at);
        switch (_random.Next(9))
        {
            case 0:
                input[at] ^= (byte)(1 << _random.Next(8));
                return input;
            case 1:
                input[at] = (byte)_random.Next(256);
                return input;
            case 2:
                // A length, count or time at its edge.
                input.AsSpan(at, Math.Min(_random.Next(1, 9), input.Length - at)).Fill(_random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => 0x7F });
                return input;
            case 3:
                return [.. input[..at], .. input[(at + length)..]];
            case 4:
                return Cap([.. input[..(at + length)], .. input[at..]], longest);
            case 5:
                var noise = new byte[length];
                _random.NextBytes(noise);
                return Cap([.. input[..at], .. noise, .. input[at..]], longest);
            case 6:
                return input[..at];
            case 7:
                Resize(input, at);
                return input;
            default:
                // The middle of another file, perhaps of another format.
                var other = seeds[_random.Next(seeds.Count)];
                var from = _random.Next(other.Length);
                return Cap([.. input[..at], .. other[from..Math.Min(other.Length, from + _random.Next(1, 512))], .. input[at..]], longest);
        }
    }

    /// <summary>Gives the next box, as ISO media and RIFF files name them, a size at an edge: of its header, of its parent, of the input.</summary>
    private void Resize(byte[] input, int from)
    {
        for (var at = Math.Max(from, 4); at <= input.Length - 4; at++)
        {
            if (input.AsSpan(at, 4).IndexOfAnyExceptInRange((byte)'a', (byte)'z') >= 0)
            {
                continue;
            }

            var near = _random.Next(-9, 10);
            var size = _random.Next(5) switch { 0 => 0, 1 => 1, 2 => 8 + near, 3 => 24 + near, _ => input.Length - at + 4 + near };
            BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(at - 4), size);
            return;
        }
    }

    private static byte[] Cap(byte[] input, int longest) => input.Length <= longest ? input : input[..longest];
}
