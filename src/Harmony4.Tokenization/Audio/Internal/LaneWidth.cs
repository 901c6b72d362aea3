namespace Harmony4.Tokenization.Internal;

/// <summary>How many doubles one operation takes. All widths give the same bits; tests run each that the machine has.</summary>
internal enum LaneWidth
{
    Scalar = 1,
    Two = 2,
    Four = 4,
    Eight = 8,
}
