namespace Harmony4.Format;

/// <summary>Names of error codes.</summary>
public static class H4mkErrorCodeExtensions
{
    /// <summary>Returns the stable lower-case name of a code, as the tool and the HTTP endpoints print it.</summary>
    /// <param name="code">A code.</param>
    /// <returns>Such as <c>bad-magic</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The code is not defined.</exception>
    public static string ToName(this H4mkErrorCode code) => code switch
    {
        H4mkErrorCode.TooShort => "short",
        H4mkErrorCode.BadMagic => "bad-magic",
        H4mkErrorCode.BadVersion => "bad-version",
        H4mkErrorCode.BadReserved => "bad-reserved",
        H4mkErrorCode.Overrun => "overrun",
        H4mkErrorCode.Trailing => "trailing",
        H4mkErrorCode.BadTag => "bad-tag",
        H4mkErrorCode.BadLength => "bad-length",
        H4mkErrorCode.Duplicate => "duplicate",
        H4mkErrorCode.AfterVeri => "after-veri",
        H4mkErrorCode.Crc => "crc",
        H4mkErrorCode.Veri => "veri",
        H4mkErrorCode.Json => "json",
        H4mkErrorCode.SeekOrder => "seek-order",
        H4mkErrorCode.Missing => "missing",
        H4mkErrorCode.Tail => "tail",
        H4mkErrorCode.Root => "root",
        H4mkErrorCode.Page => "page",
        H4mkErrorCode.Block => "block",
        H4mkErrorCode.Token => "token",
        H4mkErrorCode.Track => "track",
        H4mkErrorCode.Aux => "aux",
        H4mkErrorCode.Unlisted => "unlisted",
        H4mkErrorCode.Order => "order",
        H4mkErrorCode.Sign => "sign",
        H4mkErrorCode.Limit => "limit",
        H4mkErrorCode.Lost => "lost",
        H4mkErrorCode.Incomplete => "incomplete",
        H4mkErrorCode.Proof => "proof",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "not an error code"),
    };
}
