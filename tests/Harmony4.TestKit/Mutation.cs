using System.Buffers.Binary;
using Harmony4.Hashing;

namespace Harmony4.TestKit;

/// <summary>Bends a container: bits, bytes, cuts, whole chunks, and fields whose CRC is computed again.</summary>
public static class Mutation
{
    private const int HeaderLength = 12;

    /// <summary>Returns a bent copy of a file.</summary>
    public static byte[] Apply(byte[] file, IReadOnlyList<byte[]> others, Random random)
    {
        var result = file.ToArray();
        for (var i = random.Next(1, 4); i > 0 && result.Length > 8; i--)
        {
            result = Once(result, others, random);
        }

        return result;
    }

    private static byte[] Once(byte[] file, IReadOnlyList<byte[]> others, Random random)
    {
        var chunks = Chunks(file);
        switch (random.Next(10))
        {
            case 0:
                file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[random.Next(file.Length)] = (byte)random.Next(256);
                return file;
            case 2:
                return file[..random.Next(file.Length)];
            case 3 when chunks.Count > 1:
                return Swap(file, chunks, random);
            case 4 when chunks.Count > 0:
                var removed = chunks[random.Next(chunks.Count)];
                return [.. file[..removed.Start], .. file[removed.End..]];
            case 5 when chunks.Count > 0:
                var copied = chunks[random.Next(chunks.Count)];
                var at = chunks[random.Next(chunks.Count)].Start;
                return [.. file[..at], .. file[copied.Start..copied.End], .. file[at..]];
            case 6:
                return [.. file, .. new byte[random.Next(1, 80)]];
            case 7:
                var other = others[random.Next(others.Count)];
                var cut = Chunks(other) is { Count: > 0 } foreign ? foreign[random.Next(foreign.Count)] : (Start: 0, End: 0);
                var place = chunks.Count > 0 ? chunks[random.Next(chunks.Count)].Start : file.Length;
                return [.. file[..place], .. other[cut.Start..cut.End], .. file[place..]];
            default:
                return chunks.Count > 0 ? Retell(file, chunks[random.Next(chunks.Count)], random) : file;
        }
    }

    /// <summary>Changes a payload and computes its CRC again, as somebody would who means it.</summary>
    private static byte[] Retell(byte[] file, (int Start, int End) chunk, Random random)
    {
        var payload = file.AsSpan((chunk.Start + HeaderLength)..chunk.End);
        if (payload.Length > 0)
        {
            payload[random.Next(Math.Min(payload.Length, 160))] ^= (byte)(1 << random.Next(8));
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(chunk.Start + 8), Crc32.Compute(payload));
        }

        return file;
    }

    private static byte[] Swap(byte[] file, List<(int Start, int End)> chunks, Random random)
    {
        var a = random.Next(chunks.Count - 1);
        var b = random.Next(a + 1, chunks.Count);
        return
        [
            .. file[..chunks[a].Start], .. file[chunks[b].Start..chunks[b].End], .. file[chunks[a].End..chunks[b].Start],
            .. file[chunks[a].Start..chunks[a].End], .. file[chunks[b].End..],
        ];
    }

    private static List<(int Start, int End)> Chunks(byte[] file)
    {
        var chunks = new List<(int, int)>();
        for (var at = 8L; at + HeaderLength <= file.Length;)
        {
            var end = at + HeaderLength + BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at + 4));
            if (end > file.Length)
            {
                break;
            }

            chunks.Add(((int)at, (int)end));
            at = end;
        }

        return chunks;
    }
}
