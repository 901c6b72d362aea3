namespace Harmony4.Transport.Crypto;

/// <summary>The authenticated ciphers of sealing. Both have keys of 32 bytes, nonces of 12 and tags of 16.</summary>
public enum SealSuite
{
    /// <summary>AES-256-GCM (NIST SP 800-38D), on every platform.</summary>
    Aes256Gcm = 1,

    /// <summary>ChaCha20-Poly1305 (RFC 8439), where the operating system has it.</summary>
    ChaCha20Poly1305 = 2,
}
