namespace Harmony4.Fuzz;

/// <summary>An input: a few bytes that choose what is done, and the media behind them.</summary>
internal sealed class FuzzInput
{
    /// <summary>The bytes in front of the media.</summary>
    public const int HeaderLength = 6;

    // From here on an input is made longer than the blocks that it is cut into: else nothing would ever be split. Seldom, since it takes a hundred times as long.
    private const int Repeats = 0xFC;
    private const int Fills = 0xFE;
    private const int GrownLength = 160_000;

    // Short steps over long inputs would copy them over and over.
    private const int LongLength = 8000;
    private const int MiddleLength = 1000;
    private const int LongStep = 5000;
    private const int MiddleStep = 40;
    private const int LongSegment = 64;
    private const int MiddleSegment = 16;

    private readonly byte[] _header = new byte[HeaderLength];

    public FuzzInput(ReadOnlySpan<byte> bytes)
    {
        bytes[..Math.Min(bytes.Length, HeaderLength)].CopyTo(_header);
        Media = Grow(bytes[Math.Min(bytes.Length, HeaderLength)..], _header[4], _header[5]);
    }

    /// <summary>Gets which of several things is done.</summary>
    public int Choice => _header[0];

    /// <summary>Gets the switches.</summary>
    public FuzzSwitches Switches => (FuzzSwitches)_header[1];

    /// <summary>Gets the bytes that arrive at a time where the media is cut.</summary>
    public int Step
    {
        get
        {
            var shortest = Media.Length > LongLength ? LongStep : Media.Length > MiddleLength ? MiddleStep : 1;
            return shortest + Spread(_header[2]);
        }
    }

    /// <summary>Gets the bytes of a segment where the media is cut; 0 for one segment.</summary>
    public int Segment => _header[3] == 0 ? 0 : (Media.Length > LongLength ? LongSegment : Media.Length > MiddleLength ? MiddleSegment : 1) + Spread(_header[3]);

    public byte[] Media { get; }

    /// <summary>Puts the bytes that choose in front of media.</summary>
    public static byte[] Make(int choice, FuzzSwitches switches, ReadOnlySpan<byte> media) => [(byte)choice, (byte)switches, 90, 90, 0, 0, .. media];

    // Small numbers at each of its values, larger ones with gaps: 0 … 1016.
    private static int Spread(byte value) => value * value / 64;

    private static byte[] Grow(ReadOnlySpan<byte> media, byte how, byte where)
    {
        if (how < Repeats || media.IsEmpty)
        {
            return media.ToArray();
        }

        var at = media.Length * where / 256;
        if (how >= Fills)
        {
            var filler = new byte[GrownLength];
            filler.AsSpan().Fill(media[at]);
            return [.. media[..at], .. filler, .. media[at..]];
        }

        var repeated = media[at..];
        var grown = new byte[at + (((GrownLength / repeated.Length) + 1) * repeated.Length)];
        media.CopyTo(grown);
        for (var to = media.Length; to < grown.Length; to += repeated.Length)
        {
            repeated.CopyTo(grown.AsSpan(to));
        }

        return grown;
    }
}
