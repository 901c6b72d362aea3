using System.Buffers.Binary;
using System.Text;

namespace Harmony4.Browser.Tests;

/// <summary>Makes a long fragmented MP4 of a short one: its fragments again and again, each time later.</summary>
internal static class LongClip
{
    private const int HeadLength = 8;

    public static byte[] Repeat(byte[] clip, int times, double seconds)
    {
        var scales = new List<uint>();
        Walk(clip, 0, clip.Length, (type, start, _) =>
        {
            if (type == "mdhd")
            {
                // After the version and flags, and two times of four or eight bytes each.
                scales.Add(BinaryPrimitives.ReadUInt32BigEndian(clip.AsSpan(start + (clip[start] == 0 ? 12 : 20))));
            }
        });
        var first = Find(clip, "moof");
        var end = Find(clip, "mfra");
        var output = new MemoryStream();
        output.Write(clip.AsSpan(0, first));
        for (var i = 0; i < times; i++)
        {
            var fragments = clip[first..end];
            var track = 0U;
            var by = i * seconds;
            Walk(fragments, 0, fragments.Length, (type, start, _) =>
            {
                var body = fragments.AsSpan(start);
                if (type == "tfhd")
                {
                    track = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
                }
                else if (type == "tfdt")
                {
                    var later = (ulong)(by * scales[(int)track - 1]);
                    if (body[0] == 0)
                    {
                        BinaryPrimitives.WriteUInt32BigEndian(body[4..], BinaryPrimitives.ReadUInt32BigEndian(body[4..]) + (uint)later);
                    }
                    else
                    {
                        BinaryPrimitives.WriteUInt64BigEndian(body[4..], BinaryPrimitives.ReadUInt64BigEndian(body[4..]) + later);
                    }
                }
            });
            output.Write(fragments);
        }

        return output.ToArray();
    }

    private static int Find(byte[] bytes, string name)
    {
        var found = bytes.Length;
        Walk(bytes, 0, bytes.Length, (type, start, _) => found = type == name ? Math.Min(found, start - HeadLength) : found);
        return found;
    }

    private static void Walk(byte[] bytes, int start, int end, Action<string, int, int> visit)
    {
        for (var at = start; at + HeadLength <= end;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            var type = Encoding.ASCII.GetString(bytes, at + 4, 4);
            visit(type, at + HeadLength, at + length);
            if (type is "moov" or "trak" or "mdia" or "moof" or "traf")
            {
                Walk(bytes, at + HeadLength, at + length, visit);
            }

            at += length;
        }
    }
}
