using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Harmony4.TestKit;

namespace Harmony4.Browser.Tests;

/// <summary>Damaged and forged containers, made of the vectors by a seed.</summary>
internal static class Mutant
{
    private const int HeaderLength = 8;
    private const int ChunkHeaderLength = 12;
    private const int TailLength = 64;

    private static readonly string[] Files = ["one-track", "bundle", "upgraded", "appended", "signed-hmac", "late-track", "no-keys", "empty", "exact-pages", "v10"];

    private static readonly string[] Tags = ["NOTE", "CORE", "VERI", "SEAL", "TOKO", "SIGN", "TAIL", "ROOT", "META", "TRAK"];

    public static byte[] Make(int seed)
    {
        // The same mutants in every run.
#pragma warning disable CA5394
        var random = new Random(seed);
        var file = Vectors.Read($"h4mk-1.1/{Files[random.Next(Files.Length)]}.h4mk");
        var chunks = Chunks(file);
        var at = random.Next(file.Length);
        var (start, length) = chunks[random.Next(chunks.Count)];
        byte[] Random(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }

        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 3:
                return file[..at];
            case 4 or 5 when length > ChunkHeaderLength:
                file[start + random.Next(ChunkHeaderLength, length)] ^= (byte)(1 << random.Next(8));
                MendCrc(file, start, length);
                return random.Next(2) == 0 ? file : WithTail(file);
            case 6:
                return Maybe([.. file.AsSpan(0, start), .. file.AsSpan(start + length)]);
            case 7:
                return Maybe([.. file.AsSpan(0, start + length), .. file.AsSpan(start)]);
            case 8:
                var (other, size) = chunks[random.Next(chunks.Count)];
                return Maybe([.. file.AsSpan(0, start), .. file.AsSpan(other, size), .. file.AsSpan(start + length)]);
            case 9:
                return Maybe([.. file.AsSpan(0, start), .. Chunk(Tags[random.Next(Tags.Length)], Random(random.Next(100))), .. file.AsSpan(start)]);
            case 10:
                return [.. file, .. Random(random.Next(1, 100))];
            default:
                // Bytes of a TAIL as the payload of the last chunk.
                return [.. file.AsSpan(0, start), .. Chunk(Tags[random.Next(2)], file[^TailLength..])];
        }

        byte[] Maybe(byte[] bytes) => random.Next(2) == 0 ? bytes : WithTail(bytes);
#pragma warning restore CA5394
    }

    private static List<(int Start, int Length)> Chunks(byte[] file)
    {
        var chunks = new List<(int, int)>();
        for (var at = HeaderLength; at + ChunkHeaderLength <= file.Length;)
        {
            var length = ChunkHeaderLength + (long)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 4));
            if (length > file.Length - at)
            {
                break;
            }

            chunks.Add((at, (int)length));
            at += (int)length;
        }

        return chunks;
    }

    private static byte[] Chunk(string tag, byte[] payload)
    {
        byte[] chunk = [.. System.Text.Encoding.ASCII.GetBytes(tag), 0, 0, 0, 0, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4), (uint)payload.Length);
        MendCrc(chunk, 0, chunk.Length);
        return chunk;
    }

    private static void MendCrc(byte[] file, int start, int length) =>
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(start + 8), Crc32.HashToUInt32(file.AsSpan(start + ChunkHeaderLength, length - ChunkHeaderLength)));

    /// <summary>Lets TAIL point to the last ROOT, with its hash.</summary>
    private static byte[] WithTail(byte[] file)
    {
        var (start, length) = Chunks(file).LastOrDefault(c => file.AsSpan(c.Start, 4).SequenceEqual("ROOT"u8));
        var tail = file.Length - TailLength;
        if (length == 0 || tail < start + length)
        {
            return file;
        }

        BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(tail + 12), (ulong)start);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(tail + 20), (uint)length);
        SHA256.HashData(file.AsSpan(start + ChunkHeaderLength, length - ChunkHeaderLength)).CopyTo(file, tail + 28);
        MendCrc(file, tail, TailLength);
        return file;
    }
}
