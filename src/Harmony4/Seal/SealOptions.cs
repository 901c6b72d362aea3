using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>How a container is sealed: who can read it. Immutable.</summary>
public sealed record SealOptions
{
    /// <summary>Gets the key. One of 32 bytes is the content key itself; of another length it opens a random content key, which is wrapped under it.</summary>
    public required SealKey Key { get; init; }

    /// <summary>Gets further recipients, for each of whom the content key is wrapped.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<SealKey> Recipients { get; init; } = [];

    /// <summary>Gets where the salt comes from. A reproducible one takes a pass over the media first, so the inputs have to seek, and shows that two containers hold the same content.</summary>
    /// <value>Default random.</value>
    public SealSaltMode SaltMode { get; init; } = SealSaltMode.Random;

    /// <summary>Gets the cipher.</summary>
    /// <value>Default AES-256-GCM.</value>
    public SealSuite Suite { get; init; } = SealSuite.Aes256Gcm;

    /// <summary>
    /// Gets whether an append goes on although no code over the root verifies under the key, as after a recovery: what is there is then vouched for by the code that the
    /// append makes, so it should have been verified otherwise.
    /// </summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool AcceptUnauthenticated { get; init; }
}
