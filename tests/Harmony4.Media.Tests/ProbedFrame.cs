using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Harmony4.Tokenization;

namespace Harmony4.Media.Tests;

/// <summary>One packet of any stream as ffprobe shows it, edit lists not applied; times in microseconds, rounded down, null where it says none.</summary>
internal sealed record ProbedFrame(int Stream, BigInteger? Pts, BigInteger? Duration, bool IsKey, long? Position, long Size)
{
    public static List<ProbedFrame> ReadAll(byte[] bytes, MediaCase file)
    {
        var path = FFmpeg.NewPath(file.Extension);
        File.WriteAllBytes(path, bytes);
        var frames = ReadAll(path, file);
        File.Delete(path);
        return frames;
    }

    public static List<ProbedFrame> ReadAll(string path, MediaCase file)
    {
        var editLists = file.Format is MediaFormats.Mp4 or MediaFormats.FragmentedMp4 ? "-ignore_editlist 1 " : "";
        using var document = JsonDocument.Parse(FFmpeg.Probe(path, editLists + "-of json -show_entries stream=index,codec_type,time_base:packet=stream_index,pts,duration,pos,size,flags"));
        var timeBases = document.RootElement.GetProperty("streams").EnumerateArray()
            .ToDictionary(s => s.GetProperty("index").GetInt32(), s => s.GetProperty("time_base").GetString()!.Split('/').Select(t => BigInteger.Parse(t, CultureInfo.InvariantCulture)).ToArray());
        var pictures = document.RootElement.GetProperty("streams").EnumerateArray().Where(s => s.GetProperty("codec_type").GetString() == "video").Select(s => s.GetProperty("index").GetInt32()).ToHashSet();
        return [.. document.RootElement.GetProperty("packets").EnumerateArray().Select(p =>
        {
            var stream = p.GetProperty("stream_index").GetInt32();
            BigInteger? Micros(string name, long shift) => p.TryGetProperty(name, out var ticks) ? MediaPacket.ToMicroseconds(ticks.GetInt64() + shift, timeBases[stream]) : null;
            return new ProbedFrame(
                stream,
                Micros("pts", pictures.Contains(stream) ? file.TickShift : 0),
                Micros("duration", 0),
                p.GetProperty("flags").GetString()!.Contains('K', StringComparison.Ordinal),
                p.TryGetProperty("pos", out var position) ? long.Parse(position.GetString()!, CultureInfo.InvariantCulture) : null,
                long.Parse(p.GetProperty("size").GetString()!, CultureInfo.InvariantCulture));
        })];
    }
}
