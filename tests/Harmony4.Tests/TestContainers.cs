using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Harmony4.Format;
using Harmony4.TestKit;
using Harmony4.Tokenization;

namespace Harmony4.Tests;

/// <summary>Small containers that several tests make, and what they ask of them.</summary>
internal static class TestContainers
{
    public const int BlockSize = 100;

    public static readonly MediaTransport Transport = new();

    /// <summary>Gets blocks of 100 bytes, each of them key and 40 ms long, four to a page.</summary>
    public static ExportOptions Options { get; } = new()
    {
        Segment = "fixed",
        SegmenterOptions = new SegmenterOptions { BlockSize = BlockSize, FrameRate = new FrameRate(25), Gop = 1 },
        PageLog2 = 2,
    };

    public static SealKey Key(string seed, int length = 32) => SealKey.Read(Vectors.SeededBytes(seed, length));

    public static async Task<byte[]> ExportAsync(byte[] media, ExportOptions? options = null) => await ExportAsync([media], options);

    public static async Task<byte[]> ExportAsync(byte[][] media, ExportOptions? options = null)
    {
        var output = new MemoryStream();
        await Transport.ExportAsync(Inputs(media), output, options ?? Options);
        return output.ToArray();
    }

    public static async Task<byte[]> AppendAsync(byte[] bytes, byte[] media, ExportOptions? options = null) => await AppendAsync(bytes, [media], options);

    public static async Task<byte[]> AppendAsync(byte[] bytes, byte[][] media, ExportOptions? options = null)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var output = new MemoryStream();
        await Transport.AppendAsync(container, Inputs(media), output, options ?? Options);
        return output.ToArray();
    }

    public static ExportInput[] Inputs(params byte[][] media) => [.. media.Select(m => new ExportInput { Media = new MemoryStream(m) })];

    public static async Task<byte[]> AddSignsAsync(byte[] bytes, params SignContent[] signs)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var output = new MemoryStream();
        output.Write(bytes, 0, (int)H4mkSigning.GetEndOffset(container));
        await H4mkSigning.WriteEndAsync(container, signs, output);
        return output.ToArray();
    }

    public static async Task<byte[]> SignAsync(byte[] bytes, IRootAuthenticator authenticator)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        return await AddSignsAsync(bytes, [.. await authenticator.AuthenticateAsync(container.Root!, CancellationToken.None)]);
    }

    public static async Task<VerificationResult> VerifyAsync(byte[] bytes, VerifyOptions? options = null)
    {
        await using var source = H4mkSource.FromMemory(bytes);
        return await Transport.VerifyAsync(source, options);
    }

    /// <summary>The track stream as a key opens it; as it is stored without one.</summary>
    public static async Task<byte[]> ExtractAsync(byte[] bytes, SealKey? key = null, int? track = null)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var keys = key is null ? null : await ContainerKeys.TryOpenAsync(container, key);
        Assert.Equal(key is null, keys is null);
        var output = new MemoryStream();
        await Transport.ExtractAsync(container, output, new ExtractOptions { Keys = keys, Track = track });
        return output.ToArray();
    }

    public static async Task<byte[]> ReadBlockAsync(H4mkContainer container, int track, long ordinal)
    {
        var payload = new ArrayBufferWriter<byte>();
        await container.ReadBlockAsync(track, ordinal, payload);
        return payload.WrittenSpan.ToArray();
    }

    public static async Task<byte[][]> ReadSealsAsync(H4mkContainer container)
    {
        var seals = new List<byte[]>();
        foreach (var chunk in container.ListOtherChunks().Where(c => c.Tag == ChunkTag.Seal))
        {
            var payload = new ArrayBufferWriter<byte>();
            await container.ReadChunkAsync(chunk, payload);
            seals.Add(payload.WrittenSpan.ToArray());
        }

        return [.. seals];
    }

    /// <summary>The chunks of a file, by the chain of their headers.</summary>
    public static List<(string Tag, int Offset, int End)> Chunks(byte[] bytes)
    {
        var chunks = new List<(string, int, int)>();
        for (var at = 8; at < bytes.Length;)
        {
            var end = at + 12 + (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 4));
            chunks.Add((Encoding.ASCII.GetString(bytes, at, 4), at, end));
            at = end;
        }

        return chunks;
    }

    /// <summary>The file without its SIGN chunks of a kind, or of all kinds.</summary>
    public static byte[] WithoutSigns(byte[] bytes, int? kind = null)
    {
        var kept = bytes[..8].ToList();
        foreach (var (tag, offset, end) in Chunks(bytes))
        {
            if (tag != "SIGN" || (kind is not null && bytes[offset + 12] != kind))
            {
                kept.AddRange(bytes[offset..end]);
            }
        }

        return [.. kept];
    }
}
