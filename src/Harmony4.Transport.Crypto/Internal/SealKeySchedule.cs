using System.Buffers.Binary;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>
/// What is derived from a content key and a salt by HKDF-SHA256. Each purpose has a label, and every info binds the suite, epoch
/// size, salt mode and container id, so that no two containers, purposes, tracks or epochs share a key.
/// </summary>
internal sealed class SealKeySchedule : IDisposable
{
    private const int MaxLabelLength = 20;
    private const int ContextLength = SealLayout.ContainerIdOffset + SealLayout.ContainerIdLength;

    private readonly SecretBytes _pseudorandomKey;
    private readonly byte[] _context;

    public SealKeySchedule(ContentKey key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> context)
    {
        _context = context[..ContextLength].ToArray();
        _pseudorandomKey = SecretBytes.Create(HkdfSha256.HashLength, new Source(salt, key.Bytes),
            static (output, source) => HkdfSha256.Extract(source.Salt, source.Key, output));
        GC.KeepAlive(key);
    }

    private static ReadOnlySpan<byte> CommitmentLabel => "H4MK 1.1 commitment"u8;

    private static ReadOnlySpan<byte> BlocksLabel => "H4MK 1.1 blocks"u8;

    private static ReadOnlySpan<byte> RootLabel => "H4MK 1.1 root mac"u8;

    public void DeriveCommitment(Span<byte> commitment) => Derive(CommitmentLabel, [], commitment);

    public void DeriveRootKey(Span<byte> key) => Derive(RootLabel, [], key);

    /// <summary>Derives the key 32 ‖ base nonce 12 of one epoch of a track.</summary>
    public void DeriveBlocks(ushort track, ulong epoch, Span<byte> keyAndNonce)
    {
        Span<byte> place = stackalloc byte[sizeof(ushort) + sizeof(ulong)];
        BinaryPrimitives.WriteUInt16BigEndian(place, track);
        BinaryPrimitives.WriteUInt64BigEndian(place[sizeof(ushort)..], epoch);
        Derive(BlocksLabel, place, keyAndNonce);
    }

    public void Dispose() => _pseudorandomKey.Dispose();

    private void Derive(ReadOnlySpan<byte> label, ReadOnlySpan<byte> place, Span<byte> output)
    {
        Span<byte> info = stackalloc byte[MaxLabelLength + ContextLength + place.Length];
        label.CopyTo(info);
        _context.CopyTo(info[label.Length..]);
        place.CopyTo(info[(label.Length + ContextLength)..]);
        HkdfSha256.Expand(_pseudorandomKey.Span, info[..(label.Length + ContextLength + place.Length)], output);
        GC.KeepAlive(this);
    }

    private readonly ref struct Source(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        public readonly ReadOnlySpan<byte> Salt = salt;
        public readonly ReadOnlySpan<byte> Key = key;
    }
}
