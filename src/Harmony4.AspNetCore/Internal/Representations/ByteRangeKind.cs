namespace Harmony4.AspNetCore.Internal;

/// <summary>How much of a representation is to be sent.</summary>
internal enum ByteRangeKind
{
    Full,
    Partial,
    Unsatisfiable,
}
