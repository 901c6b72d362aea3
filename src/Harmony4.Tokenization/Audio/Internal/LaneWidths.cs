namespace Harmony4.Tokenization.Internal;

/// <summary>Which widths this machine has.</summary>
internal static class LaneWidths
{
    /// <summary>The widest that the hardware runs.</summary>
    public static LaneWidth Widest =>
        Lanes512.IsSupported ? LaneWidth.Eight
        : Lanes256.IsSupported ? LaneWidth.Four
        : Lanes128.IsSupported ? LaneWidth.Two
        : LaneWidth.Scalar;

    public static bool IsSupported(LaneWidth width) => width switch
    {
        LaneWidth.Eight => Lanes512.IsSupported,
        LaneWidth.Four => Lanes256.IsSupported,
        LaneWidth.Two => Lanes128.IsSupported,
        _ => true,
    };
}
