namespace Harmony4.Format;

/// <summary>What is wrong with the bytes of a container. <see cref="H4mkErrorCodeExtensions.ToName"/> gives each its stable name.</summary>
public enum H4mkErrorCode
{
    /// <summary>The file is shorter than its header of 8 bytes.</summary>
    TooShort,

    /// <summary>The file does not begin with "H4MK".</summary>
    BadMagic,

    /// <summary>The version is not 1.</summary>
    BadVersion,

    /// <summary>The reserved field of the file header is not 0.</summary>
    BadReserved,

    /// <summary>A chunk's length reaches past the end of the file.</summary>
    Overrun,

    /// <summary>1 to 11 bytes are left after the last chunk.</summary>
    Trailing,

    /// <summary>A byte of a chunk's tag is outside 0x21 … 0x7E.</summary>
    BadTag,

    /// <summary>The payload of SEEK or VERI has not the length that its kind demands, or a limit of the options is exceeded.</summary>
    BadLength,

    /// <summary>A second SEEK, META, SAFE or VERI.</summary>
    Duplicate,

    /// <summary>A chunk after VERI.</summary>
    AfterVeri,

    /// <summary>A payload does not match the CRC-32 of its header.</summary>
    Crc,

    /// <summary>VERI is not the SHA-256 of the chunks before it.</summary>
    Veri,

    /// <summary>META or SAFE is not a JSON object.</summary>
    Json,

    /// <summary>The times of SEEK are not strictly increasing.</summary>
    SeekOrder,

    /// <summary>A chunk that a complete container has is not there.</summary>
    Missing,
}
