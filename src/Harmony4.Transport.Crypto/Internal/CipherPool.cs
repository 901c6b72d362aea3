namespace Harmony4.Transport.Crypto.Internal;

/// <summary>Keeps the ciphers last used; each is in the hands of one thread at a time.</summary>
internal sealed class CipherPool : IDisposable
{
    private const int Capacity = 32;

    private readonly BlockCipher?[] _ciphers = new BlockCipher?[Capacity];
    private readonly Lock _lock = new();
    private int _next;
    private bool _disposed;

    public BlockCipher? Take(ushort track, ulong epoch)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            foreach (ref var slot in _ciphers.AsSpan())
            {
                if (slot is { } cipher && cipher.Track == track && cipher.Epoch == epoch)
                {
                    slot = null;
                    return cipher;
                }
            }

            return null;
        }
    }

    public void Return(BlockCipher cipher)
    {
        BlockCipher? surplus = cipher;
        lock (_lock)
        {
            if (!_disposed)
            {
                var free = Array.IndexOf(_ciphers, null);
                if (free < 0)
                {
                    free = _next++ % Capacity;
                }

                (surplus, _ciphers[free]) = (_ciphers[free], cipher);
            }
        }

        surplus?.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (ref var slot in _ciphers.AsSpan())
            {
                slot?.Dispose();
                slot = null;
            }
        }
    }
}
