using System.Buffers.Binary;

namespace Harmony4.Tokenization.Internal;

/// <summary>The sample tables of one track (ISO/IEC 14496-12, 8.6 and 8.7), as they stand in the file.</summary>
/// <param name="mostBytes">How many bytes of them are kept.</param>
internal sealed class Mp4SampleTables(int mostBytes = Mp4SampleTables.MaxLength)
{
    /// <summary>The most bytes that the tables of a track may have: 5 million samples with all that can be said of each.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    // Version and flags.
    private const int FullBox = 4;
    private const int StartLength = 64;

    private readonly Dictionary<uint, Table> _tables = [];
    private Table _filling = new(0);
    private int _length;

    /// <summary>Gets how many bytes are kept.</summary>
    public int Length => _length;

    /// <summary>Gets whether the tables have more bytes than are kept.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Gets whether a type of box is a table that is kept.</summary>
    public static bool IsTable(uint type) =>
        type is Mp4Box.Stsd or Mp4Box.Stts or Mp4Box.Ctts or Mp4Box.Stss or Mp4Box.Stps or Mp4Box.Stsc or Mp4Box.Stsz or Mp4Box.Stz2 or Mp4Box.Stco or Mp4Box.Co64;

    /// <summary>Begins a table of at most so many bytes. A second one of its type takes the place of the first.</summary>
    public void Begin(uint type, long length) => _tables[type] = _filling = new Table(length);

    /// <summary>Adds the next bytes of the table.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (IsTooLong || bytes.Length > mostBytes - _length)
        {
            IsTooLong = true;
            _tables.Clear();
            _filling = new Table(0);
            return;
        }

        _length += bytes.Length;
        _filling.Add(bytes);
    }

    /// <summary>Gets the bytes of a table behind version and flags; empty without it.</summary>
    public ReadOnlyMemory<byte> Get(uint type)
    {
        var table = _tables.GetValueOrDefault(type);
        return table is null || table.Length < FullBox ? default : table.Bytes.AsMemory(FullBox, table.Length - FullBox);
    }

    /// <summary>Gets the version of a table; 0 without it.</summary>
    public int GetVersion(uint type) => _tables.GetValueOrDefault(type) is { Length: > 0 } table ? table.Bytes[0] : 0;

    /// <summary>Gets how many samples the track has.</summary>
    public uint SampleCount
    {
        get
        {
            var sizes = Get(Mp4Box.Stsz).Span;
            sizes = sizes.Length < 8 ? Get(Mp4Box.Stz2).Span : sizes;
            return sizes.Length < 8 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(sizes[4..]);
        }
    }

    private sealed class Table(long mostBytes)
    {
        public byte[] Bytes { get; private set; } = [];

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length > Bytes.Length - Length)
            {
                // As the bytes come, since a box may claim more than follow; never above the table.
                var grown = new byte[Math.Max(Length + bytes.Length, Math.Min(mostBytes, Math.Max(StartLength, 2L * Length)))];
                Bytes.AsSpan(0, Length).CopyTo(grown);
                Bytes = grown;
            }

            bytes.CopyTo(Bytes.AsSpan(Length));
            Length += bytes.Length;
        }
    }
}
