using System.Buffers.Binary;
using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Tests.Proofs;

/// <summary>Proofs whose hashes are all sound, of containers that no reader would open: fields that have one value have another, or a block is one that cannot be.</summary>
public sealed class ForgedRecordTests
{
    private const int HeadSize = 8 + 128 + 72;
    private readonly byte[] _header = new byte[128];
    private readonly byte[] _record = new byte[72];
    private readonly byte[] _entry = new byte[56];

    public ForgedRecordTests()
    {
        // One track of one block, which is a keyframe of 5 bytes.
        "H4R1"u8.CopyTo(_header);
        _header[5] = 1;
        _header[6] = 1;
        _header[7] = 1;
        _header[9] = 1;
        _header[11] = 3;
        _record[7] = 1;
        _record[11] = 1;
        _entry[15] = 5;
        _entry[23] = 1;
    }

    [Fact]
    public void Verify_OneBlockOfOneTrack_Holds() => Assert.True(Holds());

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    [InlineData(7, 0)]
    [InlineData(7, 15)]
    [InlineData(12, 1)]
    [InlineData(15, 1)]
    public void Verify_RootHeaderOfAnotherFormat_DoesNotHold(int offset, byte value)
    {
        _header[offset] = value;

        Assert.False(Holds());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Verify_ZeroFieldOfTrackRecordSet_DoesNotHold(int offset)
    {
        _record[offset] = 1;

        Assert.False(Holds());
    }

    [Theory]
    [InlineData(0, 0, 5, 16)]
    [InlineData(0, 0, 5, 0x8000_0001)]
    [InlineData(1UL << 63, 0, 5, 1)]
    [InlineData(long.MaxValue, 1, 5, 1)]
    [InlineData(0, 0, 5, 4)]
    [InlineData(0, 1, 0, 4)]
    [InlineData(0, 0, 0, 5)]
    public void Verify_BlockThatCannotBe_DoesNotHold(ulong pts, uint duration, uint length, uint flags)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_entry, pts);
        BinaryPrimitives.WriteUInt32BigEndian(_entry.AsSpan(8), duration);
        BinaryPrimitives.WriteUInt32BigEndian(_entry.AsSpan(12), length);
        BinaryPrimitives.WriteUInt32BigEndian(_entry.AsSpan(20), flags);

        Assert.False(Holds());
    }

    [Fact]
    public void Verify_ProofWithOddStart_DoesNotHold()
    {
        foreach (var (offset, value) in new (int, byte)[] { (0, (byte)'h'), (3, (byte)'2'), (4, 0), (4, 4), (5, 1), (6, 1), (7, 1) })
        {
            Assert.False(Holds(proof => proof[offset] = value));
        }
    }

    /// <summary>The producer lies: its record names a block as the last keyframe that is none.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Verify_KeyframeWithoutItsFlag_DoesNotHold(byte flags, bool holds)
    {
        _entry[23] = flags;

        Assert.Equal(holds, Holds(kind: 2));
    }

    /// <summary>An ordinal that no block has, with no entry behind it that could be held against a root.</summary>
    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(0xffff_fffe)]
    [InlineData(0xffff_ffff)]
    public void Verify_OrdinalBeyondTheTrackAndNothingBehindIt_DoesNotHold(uint ordinal)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ordinal);
        byte[] none = [255, 255, 255, 255];
        byte[] entry = [0, 0, 0, 0, .. _entry];

        Assert.False(HoldsWith(1, bytes));
        Assert.False(HoldsWith(2, [.. new byte[8], .. bytes, .. none]));
        Assert.Equal(ordinal == uint.MaxValue, HoldsWith(2, [.. new byte[8], .. entry, .. bytes]));
    }

    private bool HoldsWith(byte kind, byte[] rest)
    {
        MerkleTree.HashLeaf(_entry, _record.AsSpan(40));
        MerkleTree.HashLeaf(_record, _header.AsSpan(32));
        return H4mkProof.TryVerify([.. "H4P1"u8, kind, 0, 0, 0, .. _header, .. _record, .. rest], new Sha256Digest(SHA256.HashData(_header)), out _);
    }

    private bool Holds(Action<byte[]>? change = null, byte kind = 1)
    {
        MerkleTree.HashLeaf(_entry, _record.AsSpan(40));
        MerkleTree.HashLeaf(_record, _header.AsSpan(32));
        byte[] proof = [.. "H4P1"u8, kind, 0, 0, 0, .. _header, .. _record, 0, 0, 0, 0, .. _entry];
        if (kind == 2)
        {
            proof = [.. proof[..HeadSize], .. new byte[8], .. proof[HeadSize..], 255, 255, 255, 255];
        }

        change?.Invoke(proof);
        return H4mkProof.TryVerify(proof, new Sha256Digest(SHA256.HashData(_header)), out _);
    }
}
