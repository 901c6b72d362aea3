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
        switch (_random.Next(8))
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
            default:
                // The middle of another file, perhaps of another format.
                var other = seeds[_random.Next(seeds.Count)];
                var from = _random.Next(other.Length);
                return Cap([.. input[..at], .. other[from..Math.Min(other.Length, from + _random.Next(1, 512))], .. input[at..]], longest);
        }
    }

    private static byte[] Cap(byte[] input, int longest) => input.Length <= longest ? input : input[..longest];
}
