using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

public sealed class TransportMaskVectorTests
{
    public static IEnumerable<object[]> MaskCases() => Vectors.Cases("mask").Select((_, i) => new object[] { i });

    public static IEnumerable<object[]> MaskedContainers() => Names("containers", "mask", c => c.ValueKind == JsonValueKind.Object);

    public static IEnumerable<object[]> MaskedExports() => Names("exports", "mask", c => c.ValueKind == JsonValueKind.True);

    [Theory]
    [MemberData(nameof(MaskCases))]
    public void Apply_Vector_GivesItsBytes(int index)
    {
        var vector = Vectors.Cases("mask").ElementAt(index);
        using var key = MasterKey.CreateUnchecked(Hex(vector, "master_key_hex"));
        using var mask = TransportMask.CreateUnchecked(key, Hex(vector, "context_hex"), vector.GetProperty("key_length").GetInt32());
        var block = Vectors.U64(vector.GetProperty("block_index"));
        var blockKey = new byte[vector.GetProperty("key_length").GetInt32()];
        mask.DeriveBlockKey(block, blockKey);
        Assert.Equal(Hex(vector, "derived_key_hex"), blockKey);

        var plain = vector.TryGetProperty("data_hex", out _) ? Hex(vector, "data_hex") : new byte[vector.GetProperty("data_size").GetInt32()];
        var data = plain.ToArray();
        mask.Apply(block, data);
        if (vector.TryGetProperty("masked_hex", out _))
        {
            Assert.Equal(Hex(vector, "masked_hex"), data);
        }
        else
        {
            Assert.Equal(Hex(vector, "masked_sha256"), SHA256.HashData(data));
        }

        mask.Apply(block, data);
        Assert.Equal(plain, data);
    }

    [Theory]
    [MemberData(nameof(MaskedContainers))]
    public void Apply_MaskedContainer_GivesItsStoredBlocks(string name)
    {
        var vector = Vectors.Case("containers", name);
        var spec = vector.GetProperty("mask");
        using var key = MasterKey.CreateUnchecked(Hex(spec, "master_key_hex"));
        using var mask = TransportMask.CreateUnchecked(key, Hex(spec, "context_hex"), spec.GetProperty("key_length").GetInt32());
        var stored = spec.GetProperty("stored_sha256").EnumerateArray().Select(h => h.GetString()).ToArray();
        ulong block = 0;
        foreach (var entry in vector.GetProperty("blocks").EnumerateArray())
        {
            var data = Vectors.SeededBytes(entry[0].GetString()!, entry[1].GetInt32());
            mask.Apply(block, data);
            Assert.Equal(stored[block++], Convert.ToHexStringLower(SHA256.HashData(data)));
        }

        Assert.Equal(stored.Length, (int)block);
    }

    [Theory]
    [MemberData(nameof(MaskedExports))]
    public void Apply_MaskedExport_GivesItsStoredBlocks(string name)
    {
        var vector = Vectors.Case("exports", name);
        using var key = new MasterKey(Hex(vector, "master_key_hex"));
        using var mask = new TransportMask(key);
        var input = Vectors.SeededBytes(vector.GetProperty("input_seed").GetString()!, vector.GetProperty("input_size").GetInt32());
        var size = vector.GetProperty("block_size").GetInt32();
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var header = new byte[12];
        ulong index = 0;
        for (var at = 0; at < input.Length; at += size)
        {
            var block = input.AsSpan(at, Math.Min(size, input.Length - at));
            mask.Apply(index++, block);
            "CORE"u8.CopyTo(header);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), block.Length);
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), Hashing.Crc32.Compute(block));
            all.AppendData(header);
            all.AppendData(block);
        }

        // VERI covers every chunk before it, so the stored blocks are right when it is.
        all.AppendData(Chunk("SEEK"u8, SeekPayload(vector)));
        all.AppendData(Chunk("META"u8, System.Text.Encoding.UTF8.GetBytes(vector.GetProperty("meta_json").GetString()!)));
        all.AppendData(Chunk("SAFE"u8, System.Text.Encoding.UTF8.GetBytes(vector.GetProperty("safe_json").GetString()!)));
        Assert.Equal(vector.GetProperty("blocks").GetInt32(), (int)index);
        Assert.Equal(vector.GetProperty("veri_hex").GetString(), Convert.ToHexStringLower(all.GetHashAndReset()));
    }

    [Fact]
    public void Vectors_Masks_AreAllThere()
    {
        Assert.Equal(45, MaskCases().Count());
        Assert.NotEmpty(MaskedContainers());
        Assert.NotEmpty(MaskedExports());
    }

    private static byte[] SeekPayload(JsonElement vector)
    {
        var entries = vector.GetProperty("seek_entries").EnumerateArray().ToArray();
        var payload = new byte[4 + (16 * entries.Length)];
        BinaryPrimitives.WriteInt32BigEndian(payload, entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(payload.AsSpan(4 + (16 * i)), Vectors.U64(entries[i][0]));
            BinaryPrimitives.WriteUInt64BigEndian(payload.AsSpan(12 + (16 * i)), Vectors.U64(entries[i][1]));
        }

        return payload;
    }

    private static byte[] Chunk(ReadOnlySpan<byte> tag, byte[] payload)
    {
        var chunk = new byte[12 + payload.Length];
        tag.CopyTo(chunk);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8), Hashing.Crc32.Compute(payload));
        payload.CopyTo(chunk, 12);
        return chunk;
    }

    private static IEnumerable<object[]> Names(string group, string property, Func<JsonElement, bool> keep) => Vectors.Cases(group)
        .Where(c => c.TryGetProperty(property, out var value) && keep(value))
        .Select(c => new object[] { c.GetProperty("name").GetString()! });

    private static byte[] Hex(JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);
}
