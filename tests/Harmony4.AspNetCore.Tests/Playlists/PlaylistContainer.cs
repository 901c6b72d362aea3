using System.Text;
using System.Text.Json;
using Harmony4.Format;

namespace Harmony4.AspNetCore.Tests.Playlists;

/// <summary>Small containers whose blocks are what a test says of them; the payloads are no media.</summary>
internal static class PlaylistContainer
{
    /// <summary>Records one track of pictures.</summary>
    public static Task<byte[]> RecordAsync(string segment, params Block[] blocks) => RecordAsync(1, (Track(0, TrackKind.Video, segment), blocks));

    /// <summary>Records tracks, one behind the other.</summary>
    public static async Task<byte[]> RecordAsync(int pageLog2, params (H4mkTrackInfo Info, Block[] Blocks)[] tracks)
    {
        var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { PageLog2 = pageLog2, Tracks = [.. tracks.Select(t => t.Info)] }, leaveOpen: true))
        {
            foreach (var (info, blocks) in tracks)
            {
                await WriteAsync(writer, info.Id, blocks);
            }

            await writer.CompleteAsync();
        }

        return output.ToArray();
    }

    /// <summary>Records a container of version 1.0 with this META.</summary>
    public static async Task<byte[]> Record10Async(string meta, params Block[] blocks)
    {
        var output = new MemoryStream();
        await using (var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Version = H4mkVersion.V10, Meta = Encoding.UTF8.GetBytes(meta) }, leaveOpen: true))
        {
            await WriteAsync(writer, 0, blocks);
            await writer.CompleteAsync();
        }

        return output.ToArray();
    }

    public static H4mkTrackInfo Track(int id, TrackKind kind, string? segment, string? label = null, string? language = null, params (string Name, object Value)[] members) => new()
    {
        Id = id,
        Kind = kind,
        Label = label,
        Language = language,
        Members = (segment is null ? members : [("segment", segment), .. members]).ToDictionary(m => m.Name, m => JsonSerializer.SerializeToElement(m.Value), StringComparer.Ordinal),
    };

    /// <summary>Makes key blocks of a length each, one directly behind the other.</summary>
    public static Block[] Keys(int count, uint duration, int length) => [.. Enumerable.Range(0, count).Select(i => new Block("k", (ulong)i * duration, duration, length))];

    private static async Task WriteAsync(H4mkContainerWriter writer, int track, Block[] blocks)
    {
        foreach (var block in blocks)
        {
            var flags = block.Flags.Aggregate(BlockFlags.None, static (all, flag) => all | flag switch
            {
                'k' => BlockFlags.Key,
                'd' => BlockFlags.Discontinuity,
                'l' => BlockFlags.Lost,
                _ => BlockFlags.None,
            });
            await writer.WriteBlockAsync(track, new BlockInfo { Pts = block.Pts, Duration = block.Duration, Flags = flags }, new byte[block.Length]);
        }
    }

    /// <param name="Flags">Of <c>k</c>ey, <c>d</c>iscontinuity and <c>l</c>ost; <c>-</c> for none.</param>
    /// <param name="Pts">In microseconds.</param>
    /// <param name="Duration">In microseconds; 0 for unknown.</param>
    /// <param name="Length">Bytes.</param>
    internal readonly record struct Block(string Flags, ulong Pts, uint Duration, int Length);
}
