using System.Security.Cryptography;

namespace Harmony4.Transport.Crypto.Internal;

/// <summary>Bytes that stay in one place and are zeroed when disposed, or at the latest by the finaliser.</summary>
internal sealed class SecretBytes : IDisposable
{
    private byte[]? _bytes;

    public SecretBytes(ReadOnlySpan<byte> bytes)
        : this(bytes.Length) => bytes.CopyTo(_bytes);

    // Pinned: a compacting collection would leave copies behind that nobody zeroes.
    private SecretBytes(int length) => _bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    ~SecretBytes() => Zero();

    public int Length => Span.Length;

    /// <summary>Gets the bytes. A span does not keep this object reachable: who reads one calls <see cref="GC.KeepAlive"/> behind it, or the finaliser may zero what is being read.</summary>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes is null, this);
            return _bytes;
        }
    }

    public static SecretBytes CreateRandom(int length)
    {
        var secret = new SecretBytes(length);
        RandomNumberGenerator.Fill(secret._bytes);
        return secret;
    }

    public static SecretBytes Create<TState>(int length, TState state, System.Buffers.SpanAction<byte, TState> fill)
        where TState : allows ref struct
    {
        var secret = new SecretBytes(length);
        fill(secret._bytes, state);
        return secret;
    }

    public void Dispose()
    {
        Zero();
        _bytes = null;
        GC.SuppressFinalize(this);
    }

    private void Zero() => CryptographicOperations.ZeroMemory(_bytes);
}
