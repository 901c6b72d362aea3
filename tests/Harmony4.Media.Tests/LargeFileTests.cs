using System.Buffers.Binary;
using Harmony4.Tokenization;

namespace Harmony4.Media.Tests;

/// <summary>Media that lie behind 2 and 4 GiB of nothing, in sparse files.</summary>
public sealed class LargeFileTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData(5 * GiB / 2, false)]
    [InlineData(3 * GiB, true)]
    [InlineData(9 * GiB, true)]
    public async Task Read_TablesOfFarData_AgreesWithFfprobe(long gap, bool isWide)
    {
        var file = new MediaCase("far data", MediaFormats.Mp4, "mp4", "-f lavfi -i testsrc2=size=176x144:rate=25:duration=2 -f lavfi -i sine=duration=2 -c:v libx264 -preset ultrafast -bf 2 -g 12 -c:a aac -movflags +faststart ");
        var made = FFmpeg.Make(file.Arguments, file.Extension);
        var near = await ReadAsync(new MemoryStream(made));

        // The gap is a box of its own in front of the data; wider tables make the movie header longer.
        var moov = made.AsSpan().IndexOf("moov"u8) - 4;
        var mdat = made.AsSpan().IndexOf("mdat"u8) - 4;
        var movie = Move(made.AsSpan(moov, mdat - moov), gap, isWide);
        movie = Move(made.AsSpan(moov, mdat - moov), gap + movie.Length - (mdat - moov), isWide);
        var path = FFmpeg.NewPath("mp4");
        await using (var stream = File.Create(path))
        {
            await stream.WriteAsync(made.AsMemory(0, moov));
            await stream.WriteAsync(movie);
            var free = new byte[16];
            free[3] = 1;
            "free"u8.CopyTo(free.AsSpan(4));
            BinaryPrimitives.WriteInt64BigEndian(free.AsSpan(8), gap);
            await stream.WriteAsync(free);
            stream.Position += gap - free.Length;
            await stream.WriteAsync(made.AsMemory(mdat));
        }

        try
        {
            await using var media = File.OpenRead(path);
            var far = await ReadAsync(media);
            var shift = gap + movie.Length - (mdat - moov);
            Assert.Equal(near.Select(f => f with { Position = f.Position + shift, DataPosition = f.DataPosition + shift }), far);
            Assert.Equal(ProbedFrame.ReadAll(path, file).OrderBy(p => p.Position).Select(p => (p.Pts, p.IsKey, p.Position, p.Size)), far.Select(f => ((System.Numerics.BigInteger?)f.Pts, f.IsKey, (long?)f.Position, f.Size)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Moves the positions in a box that tables name.</summary>
    private static byte[] Move(ReadOnlySpan<byte> box, long by, bool isWide)
    {
        var type = box[4..8];
        if (type.SequenceEqual("stco"u8))
        {
            var count = BinaryPrimitives.ReadInt32BigEndian(box[12..]);
            var table = new byte[16 + (count * (isWide ? 8 : 4))];
            box[..16].CopyTo(table);
            BinaryPrimitives.WriteInt32BigEndian(table, table.Length);
            (isWide ? "co64"u8 : "stco"u8).CopyTo(table.AsSpan(4));
            for (var i = 0; i < count; i++)
            {
                var position = BinaryPrimitives.ReadUInt32BigEndian(box[(16 + (4 * i))..]) + by;
                if (isWide)
                {
                    BinaryPrimitives.WriteInt64BigEndian(table.AsSpan(16 + (8 * i)), position);
                }
                else
                {
                    BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(16 + (4 * i)), checked((uint)position));
                }
            }

            return table;
        }

        if (!(type.SequenceEqual("moov"u8) || type.SequenceEqual("trak"u8) || type.SequenceEqual("mdia"u8) || type.SequenceEqual("minf"u8) || type.SequenceEqual("stbl"u8)))
        {
            return box.ToArray();
        }

        var inner = new List<byte>();
        for (var rest = box[8..]; rest.Length > 0;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            inner.AddRange(Move(rest[..length], by, isWide));
            rest = rest[length..];
        }

        byte[] head = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(head, 8 + inner.Count);
        type.CopyTo(head.AsSpan(4));
        return [.. head, .. inner];
    }

    private static async Task<List<MediaFrame>> ReadAsync(Stream stream)
    {
        var frames = new List<MediaFrame>();
        await foreach (var frame in new MediaTransport().TokenizeFramesAsync(stream))
        {
            frames.Add(frame);
        }

        return frames;
    }
}
