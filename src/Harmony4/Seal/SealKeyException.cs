using System.Security.Cryptography;

namespace Harmony4;

/// <summary>The seal key that was given is none of the container's, or does not vouch for it.</summary>
public sealed class SealKeyException : CryptographicException
{
    /// <summary>Initializes the exception.</summary>
    public SealKeyException()
        : base("the seal key is not one of this container: it is neither its content key nor one that its content key is wrapped under")
    {
    }

    /// <summary>Initializes the exception.</summary>
    /// <param name="message">What is wrong.</param>
    public SealKeyException(string message)
        : base(message)
    {
    }
}
