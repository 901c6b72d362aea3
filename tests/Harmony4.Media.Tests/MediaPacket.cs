using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Harmony4.Media.Tests;

/// <summary>One packet of the time track as ffprobe shows it; times in microseconds, rounded down.</summary>
internal sealed record MediaPacket(long Position, BigInteger? Pts, BigInteger? End, bool IsKey)
{
    /// <summary>The packets of the first video stream, else of the first stream, in file order.</summary>
    public static List<MediaPacket> Read(byte[] bytes, MediaCase file, long blockLength)
    {
        var json = FFmpeg.Probe(bytes, file.Extension, $"{file.GetDemuxerArguments(blockLength)} -of json -show_entries stream=index,codec_type,time_base:packet=stream_index,pts,duration,pos,flags");
        using var document = JsonDocument.Parse(json);
        var streams = document.RootElement.GetProperty("streams").EnumerateArray().ToList();
        var stream = streams.FindIndex(s => s.GetProperty("codec_type").GetString() == "video");
        var index = Math.Max(stream, 0);
        var timeBase = streams[index].GetProperty("time_base").GetString()!.Split('/').Select(t => BigInteger.Parse(t, CultureInfo.InvariantCulture)).ToArray();

        BigInteger Floor(BigInteger ticks) => ToMicroseconds(ticks, timeBase);

        return [.. document.RootElement.GetProperty("packets").EnumerateArray()
            .Where(p => p.GetProperty("stream_index").GetInt32() == index && p.TryGetProperty("pos", out _))
            .Select(p =>
            {
                var hasPts = p.TryGetProperty("pts", out var pts);
                var duration = p.TryGetProperty("duration", out var d) ? d.GetInt64() : 0;
                return new MediaPacket(
                    long.Parse(p.GetProperty("pos").GetString()!, CultureInfo.InvariantCulture),
                    hasPts ? Floor(pts.GetInt64() + file.TickShift) : null,
                    hasPts ? Floor(pts.GetInt64() + file.TickShift + duration) : null,
                    p.GetProperty("flags").GetString()!.Contains('K', StringComparison.Ordinal));
            })];
    }

    /// <summary>Microseconds, rounded down.</summary>
    internal static BigInteger ToMicroseconds(BigInteger ticks, IReadOnlyList<BigInteger> timeBase)
    {
        var scaled = ticks * 1_000_000 * timeBase[0];
        return (scaled - (((scaled % timeBase[1]) + timeBase[1]) % timeBase[1])) / timeBase[1];
    }
}
