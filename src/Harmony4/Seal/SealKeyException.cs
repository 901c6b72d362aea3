using System.Security.Cryptography;

namespace Harmony4;

/// <summary>The seal key that was given is none of the container's.</summary>
public sealed class SealKeyException : CryptographicException
{
    /// <summary>Initializes the exception.</summary>
    public SealKeyException()
        : base("the seal key is not one of this container: it is neither its content key nor one that its content key is wrapped under")
    {
    }
}
