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

    /// <summary>A payload does not have the length that its kind demands.</summary>
    BadLength,

    /// <summary>A second SEEK, META, SAFE or VERI.</summary>
    Duplicate,

    /// <summary>A chunk after VERI that is not the TRAK which makes the file 1.1.</summary>
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

    /// <summary>TAIL does not say where ROOT is.</summary>
    Tail,

    /// <summary>ROOT is not what TAIL names, or contradicts itself or the file.</summary>
    Root,

    /// <summary>A page of the index is not the one that ROOT names, contradicts itself, or is not what its blocks give.</summary>
    Page,

    /// <summary>A block is not the one that its index entry names.</summary>
    Block,

    /// <summary>TOKN is not what its block's index entry says, or has fields that no block can have.</summary>
    Token,

    /// <summary>TRAK is not a list of tracks, or its tracks are not those of ROOT.</summary>
    Track,

    /// <summary>A META, SAFE, TRAK, SEAL or unknown chunk is not the one that ROOT lists.</summary>
    Aux,

    /// <summary>A chunk that nothing in ROOT lists.</summary>
    Unlisted,

    /// <summary>A chunk where another has to stand.</summary>
    Order,

    /// <summary>A SIGN chunk is malformed, or a required signature is missing or does not hold.</summary>
    Sign,

    /// <summary>A length or count above a limit of the options. It says nothing of the file.</summary>
    Limit,

    /// <summary>A block was lost before the container was closed. It says nothing against what is there.</summary>
    Lost,

    /// <summary>The file ends before the TAIL that closes a 1.1 container.</summary>
    Incomplete,

    /// <summary>A proof is malformed, or does not hold for the identity. It says nothing of a file.</summary>
    Proof,
}
