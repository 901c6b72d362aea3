using System.Security.Cryptography;
using Harmony4.Hashing;

namespace Harmony4.Format.Internal;

/// <summary>Judges a block by bytes that pass once, in pieces.</summary>
internal sealed class PassingBlock : IDisposable
{
    private readonly BlockLocation _block;
    private readonly IncrementalHash? _hash;
    private Crc32 _crc;

    public PassingBlock(in BlockLocation block)
    {
        _block = block;
        _hash = block.Digest is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_hash is null)
        {
            _crc.Append(bytes);
        }
        else
        {
            _hash.AppendData(bytes);
        }
    }

    /// <summary>Judges the block once all its bytes have passed.</summary>
    /// <exception cref="H4mkFormatException">It is not the block that the index names.</exception>
    public void Check()
    {
        if (_hash is null || _block.Digest is not { } digest)
        {
            BlockReader.CheckCrc(_block, _crc.Value);
            return;
        }

        Span<byte> found = stackalloc byte[Sha256Digest.SizeInBytes];
        _hash.GetHashAndReset(found);
        BlockReader.CheckDigest(_block, digest, found);
    }

    public void Dispose() => _hash?.Dispose();
}
