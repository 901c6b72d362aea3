namespace Harmony4.Format;

/// <summary>A version of the wire format.</summary>
public enum H4mkVersion
{
    /// <summary>H4MK 1.0.</summary>
    V10,
}
