namespace Harmony4.Format;

/// <summary>One track of a container: a sequence of blocks.</summary>
/// <param name="Id">The number that calls on the container take.</param>
/// <param name="Kind">What the track is for; version 1.0 says video of every track.</param>
/// <param name="BlockCount">How many blocks it has.</param>
/// <param name="ByteLength">Bytes of payload in all: the length of the track stream.</param>
/// <param name="Duration">Playing time in microseconds; null when the file does not say, as in version 1.0.</param>
public sealed record H4mkTrack(int Id, TrackKind Kind, long BlockCount, long ByteLength, ulong? Duration);
