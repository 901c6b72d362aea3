namespace Harmony4.Format;

/// <summary>A version of the wire format.</summary>
public enum H4mkVersion
{
    /// <summary>H4MK 1.0: one track, a seek table, one hash over the file.</summary>
    V10,

    /// <summary>H4MK 1.1: tracks, an index in pages under one root, every block provable.</summary>
    V11,
}
