namespace Harmony4.AspNetCore.Internal;

/// <summary>Ends a request with problem details.</summary>
internal sealed class ProblemException(int status, string detail, string? code = null, long? offset = null, Exception? cause = null) : Exception(detail, cause)
{
    public int Status { get; } = status;

    public string? Code { get; } = code;

    /// <summary>Whether the same request may be answered otherwise soon.</summary>
    public bool MayBeTriedAgain { get; init; }

    /// <summary>Position in the file, in bytes.</summary>
    public long? Offset { get; } = offset;
}
