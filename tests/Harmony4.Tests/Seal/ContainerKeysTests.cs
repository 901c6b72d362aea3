using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.Internal;
using Harmony4.TestKit;
using Harmony4.Transport.Crypto;

namespace Harmony4.Tests.Seal;

/// <summary>Sealed blocks open for who has a key, in their place only.</summary>
public sealed class ContainerKeysTests
{
    private const string Vector = "h4mk-1.1/sealed.h4mk";
    private static readonly JsonElement Case = JsonDocument.Parse(Vectors.Read("h4mk-1.1/sealed.json")).RootElement;

    [Fact]
    public async Task Open_Vector_GivesItsPlaintexts()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read(Vector));
        using var keys = await OpenVectorAsync(container);
        Assert.Equal(2, keys.SealCount);
        foreach (var block in Case.GetProperty("blocks").EnumerateArray())
        {
            var (track, ordinal) = (block.GetProperty("track").GetInt32(), block.GetProperty("ordinal").GetInt64());
            var location = await container.GetBlockAsync(track, ordinal);
            var stored = await TestContainers.ReadBlockAsync(container, track, ordinal);
            var plain = new byte[stored.Length];
            var length = keys.Open(track, location, stored, plain);
            Assert.Equal(block.GetProperty("plain_length").GetInt32(), length);
            Assert.Equal(stored.Length - SealedFrame.Overhead, length);
            Assert.Equal(block.GetProperty("plain_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(plain.AsSpan(0, length))));
            Assert.True(SealedFrame.TryRead(stored, out var frame));
            Assert.Equal(block.GetProperty("seal").GetUInt32(), frame.SealNumber);
        }
    }

    [Fact]
    public async Task Record_PlaintextsOfTheVectorUnderItsIdAndSalts_GivesItsBytes()
    {
        using var key = new ContentKey(Hex("content_key_hex"));
        var seals = Enumerable.Range(0, 2).Select(i => SealParameters.Create(
            key, SealSuite.Aes256Gcm, SealSaltMode.Random, [], Case.GetProperty("epoch_log2")[i].GetInt32(),
            [.. Hex("container_id_hex"), .. Convert.FromHexString(Case.GetProperty("salts_hex")[i].GetString()!)])).ToArray();
        var blocks = Case.GetProperty("blocks").EnumerateArray().ToArray();
        var first = blocks.Where(b => b.GetProperty("seal").GetInt32() == 0).GroupBy(b => b.GetProperty("track").GetInt32()).ToDictionary(g => g.Key, g => (ulong)g.Count());
        await using var begin = new BlockSealing(key, seals[0], 0, new RootSeal(key, seals[0]), []);
        await using var goOn = new BlockSealing(key, seals[1], 1, null, first);

        using var output = new MemoryStream();
        var options = new H4mkWriterOptions
        {
            PageLog2 = 2,
            Tracks = [new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }, new H4mkTrackInfo { Id = 1, Kind = TrackKind.Audio }],
            Meta = """{"name":"sealed"}"""u8.ToArray(),
            Safe = """{"scope":"test"}"""u8.ToArray(),
            Authenticators = [begin],
        };
        await using (var writer = H4mkContainerWriter.Create(output, options, leaveOpen: true))
        {
            var number = -1;
            foreach (var (i, block) in blocks.Index())
            {
                var sealing = block.GetProperty("seal").GetInt32() == 0 ? begin : goOn;
                if (number != block.GetProperty("seal").GetInt32())
                {
                    number = block.GetProperty("seal").GetInt32();
                    await writer.WriteSealAsync(sealing.Seal);
                }

                var info = new BlockInfo
                {
                    Pts = block.GetProperty("pts").GetUInt64(),
                    Duration = block.GetProperty("duration").GetUInt64(),
                    Flags = (BlockFlags)block.GetProperty("flags").GetInt32() & ~BlockFlags.Sealed,
                };
                var plain = Vectors.SeededBytes(string.Create(CultureInfo.InvariantCulture, $"harmony4-public:plain{i}"), block.GetProperty("plain_length").GetInt32());
                sealing.Start(block.GetProperty("track").GetInt32(), info, new(plain));
                var (track, stored, payload) = await sealing.TakeAsync();
                await writer.WriteBlockAsync(track, stored, payload);
            }

            await writer.CompleteAsync();
        }

        Assert.Equal(Vectors.Read(Vector), output.ToArray());
    }

    [Fact]
    public async Task Open_BlockThatIsNotInItsPlace_ThrowsAndLeavesZeros()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read(Vector));
        using var keys = await OpenVectorAsync(container);
        foreach (var track in container.Tracks)
        {
            for (long ordinal = 0; ordinal < track.BlockCount; ordinal++)
            {
                var location = await container.GetBlockAsync(track.Id, ordinal);
                var stored = await TestContainers.ReadBlockAsync(container, track.Id, ordinal);
                ShouldThrow(keys, 1 - track.Id, location, stored);
                ShouldThrow(keys, track.Id, location with { Ordinal = ordinal + 1 }, stored);
                ShouldThrow(keys, track.Id, location with { Ordinal = ordinal + (1L << 20) }, stored);
                ShouldThrow(keys, track.Id, location with { Pts = location.Pts + 1 }, stored);
                ShouldThrow(keys, track.Id, location with { Duration = location.Duration + 1 }, stored);
                ShouldThrow(keys, track.Id, location with { Flags = location.Flags ^ BlockFlags.Key }, stored);
                ShouldThrow(keys, track.Id, location with { Flags = location.Flags ^ BlockFlags.Discontinuity }, stored);

                // What another place holds, under this one's name.
                var other = await TestContainers.ReadBlockAsync(container, track.Id, (ordinal + 1) % track.BlockCount);
                ShouldThrow(keys, track.Id, location, other);
            }
        }
    }

    [Fact]
    public async Task Open_EveryFlippedBitAndCut_ThrowsAndLeavesZeros()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read(Vector));
        using var keys = await OpenVectorAsync(container);
        foreach (var track in container.Tracks)
        {
            for (long ordinal = 0; ordinal < track.BlockCount; ordinal++)
            {
                var location = await container.GetBlockAsync(track.Id, ordinal);
                var stored = await TestContainers.ReadBlockAsync(container, track.Id, ordinal);
                for (var bit = 0; bit < 8 * stored.Length; bit += stored.Length > 500 ? 101 : 1)
                {
                    stored[bit / 8] ^= (byte)(1 << (bit % 8));
                    ShouldThrow(keys, track.Id, location, stored);
                    stored[bit / 8] ^= (byte)(1 << (bit % 8));
                }

                for (var length = 0; length < stored.Length; length += 7)
                {
                    ShouldThrow(keys, track.Id, location, stored[..length]);
                }

                ShouldThrow(keys, track.Id, location, [.. stored, 0]);
            }
        }
    }

    [Fact]
    public async Task Open_BlockOfAnotherContainer_Throws()
    {
        var media = Vectors.SeededBytes("media", 450);
        using var key = TestContainers.Key("key");
        using var otherKey = TestContainers.Key("other");
        await using var container = await SealAsync(key);
        await using var ofTheSameKey = await SealAsync(key);
        await using var ofAnotherKey = await SealAsync(otherKey);
        foreach (var (other, itsKey) in new[] { (ofTheSameKey, key), (ofAnotherKey, otherKey) })
        {
            using var keys = await ContainerKeys.TryOpenAsync(other, itsKey);
            for (long i = 0; i < container.BlockCount; i++)
            {
                ShouldThrow(keys!, 0, await container.GetBlockAsync(0, i), await TestContainers.ReadBlockAsync(container, 0, i));
            }
        }

        async Task<H4mkContainer> SealAsync(SealKey its) =>
            await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(media, TestContainers.Options with { Seal = new SealOptions { Key = its } }));
    }

    [Fact]
    public async Task Open_BlockThatIsNotSealed_IsRefused()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read(Vector));
        using var keys = await OpenVectorAsync(container);
        var location = await container.GetBlockAsync(0, 1);
        Assert.Throws<H4mkFormatException>(() => keys.Open(0, location with { Flags = BlockFlags.Key }, new byte[100], new byte[100]));
    }

    [Fact]
    public async Task Extract_BlockThatSomebodyWithoutTheKeyAppended_IsRefused()
    {
        var bytes = await ForgeAsync();
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var keys = await OpenVectorAsync(container);
        Assert.False(keys.Authenticates(container));
        var forged = await Assert.ThrowsAsync<H4mkFormatException>(() => new MediaTransport().ExtractAsync(container, Stream.Null, new ExtractOptions { Keys = keys }));
        Assert.Equal(H4mkErrorCode.Block, forged.Code);
    }

    [Fact]
    public async Task Append_ToWhatNoCodeVouchesFor_IsRefusedUnlessItIsAccepted()
    {
        await using var container = await H4mkContainer.OpenAsync(await ForgeAsync());
        using var key = VectorKey();
        ExportInput[] inputs = [new() { Media = new MemoryStream(new byte[100]) }, new() { Media = new MemoryStream(new byte[100]) }];
        var options = new ExportOptions { Segment = "fixed", Seal = new SealOptions { Key = key } };
        await Assert.ThrowsAsync<SealKeyException>(() => new MediaTransport().AppendAsync(container, inputs, new MemoryStream(), options));

        using var output = new MemoryStream();
        await new MediaTransport().AppendAsync(container, inputs, output, options with { Seal = options.Seal with { AcceptUnauthenticated = true } });
        await using var longer = await H4mkContainer.OpenAsync(output.ToArray());
        using var keys = await ContainerKeys.TryOpenAsync(longer, key);
        Assert.True(keys!.Authenticates(longer));
    }

    [Fact]
    public async Task Authenticates_TheVector_Holds()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read(Vector));
        using var keys = await OpenVectorAsync(container);
        Assert.True(keys.Authenticates(container));
    }

    [Fact]
    public async Task TryOpen_AnotherKey_IsNull()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors.Read(Vector));
        Assert.True(ContainerKeys.IsSealed(container));
        var right = Convert.FromHexString(Case.GetProperty("content_key_hex").GetString()!);
        byte[][] wrong = [Vectors.SeededBytes("wrong", 32), Vectors.SeededBytes("wrong", 16), Vectors.SeededBytes("wrong", 100), right[..31], [.. right, 0], [.. right[..31], (byte)(right[31] ^ 1)]];
        foreach (var bytes in wrong)
        {
            using var key = SealKey.Read(bytes);
            Assert.Null(await ContainerKeys.TryOpenAsync(container, key));
        }
    }

    [Fact]
    public async Task TryOpen_ContainerThatIsNotSealed_IsNull()
    {
        using var key = TestContainers.Key("key");
        foreach (var path in (string[])["h4mk-1.1/one-track.h4mk", "h4mk-1.1/v10.h4mk"])
        {
            await using var container = await H4mkContainer.OpenAsync(Vectors.Read(path));
            Assert.False(ContainerKeys.IsSealed(container));
            Assert.Null(await ContainerKeys.TryOpenAsync(container, key));
        }
    }

    [Fact]
    public async Task TryOpen_DamagedSeal_Throws()
    {
        var bytes = Vectors.Read(Vector);
        await using (var sound = await H4mkContainer.OpenAsync(bytes))
        {
            bytes[sound.FindChunk(ChunkTag.Seal)!.Value.PayloadOffset + 30] ^= 1;
        }

        await using var container = await H4mkContainer.OpenAsync(bytes);
        var exception = await Assert.ThrowsAsync<H4mkFormatException>(async () => await OpenVectorAsync(container));
        Assert.Equal(ChunkTag.Seal, exception.Tag);
    }

    [Fact]
    public async Task ShareWith_ARecipient_OpensTheSameContainer()
    {
        var media = Vectors.SeededBytes("media", 950);
        using var key = TestContainers.Key("key");
        using var recipient = TestContainers.Key("recipient", 16);
        using var stranger = TestContainers.Key("stranger", 16);
        var sealedBytes = await TestContainers.ExportAsync(media, TestContainers.Options with { Seal = new SealOptions { Key = key } });
        var shared = await ShareAsync(sealedBytes, key, recipient);

        Assert.Equal(media, await TestContainers.ExtractAsync(shared, recipient));
        Assert.Equal(media, await TestContainers.ExtractAsync(shared, key));
        await using var before = await H4mkContainer.OpenAsync(sealedBytes);
        await using var after = await H4mkContainer.OpenAsync(shared);
        Assert.Equal(before.Identity, after.Identity);
        Assert.Equal([SignContent.RootMac, SignContent.WrappedKey], after.Signs.Select(s => (byte)s.Kind));
        Assert.Null(await ContainerKeys.TryOpenAsync(after, stranger));
        Assert.Null(await ContainerKeys.TryOpenAsync(before, recipient));

        // Whoever opens it may let in the next one.
        using var third = TestContainers.Key("third", 20);
        Assert.Equal(media, await TestContainers.ExtractAsync(await ShareAsync(shared, recipient, third), third));

        // Nothing covers the SIGN: who takes it away takes the recipient's access, and no more.
        Assert.Equal(sealedBytes, TestContainers.WithoutSigns(shared, SignContent.WrappedKey));
    }

    [Fact]
    public async Task ShareWith_RecordInAnotherContainer_OpensNothing()
    {
        using var key = TestContainers.Key("key");
        using var recipient = TestContainers.Key("recipient", 16);
        var options = TestContainers.Options with { Seal = new SealOptions { Key = key } };
        await using var container = await H4mkContainer.OpenAsync(await TestContainers.ExportAsync(new byte[300], options));
        using var keys = await ContainerKeys.TryOpenAsync(container, key);
        var moved = await TestContainers.AddSignsAsync(await TestContainers.ExportAsync(new byte[300], options), keys!.ShareWith(recipient));
        await using var other = await H4mkContainer.OpenAsync(moved);
        Assert.Null(await ContainerKeys.TryOpenAsync(other, recipient));
    }

    [Fact]
    public async Task TryOpen_SignsOfAnyBytes_AreTriedAndNeverThrow()
    {
        using var key = TestContainers.Key("key");
        var bytes = await TestContainers.ExportAsync(new byte[300], TestContainers.Options with { Seal = new SealOptions { Key = key } });
        byte[][] bodies = [[], [1], [1, 0, 0, 0], [1, 255, 255, 255], [1, 0, 0, 80, .. new byte[79]], [1, 0, 0, 80, .. new byte[80]], [9, 1, 0, 1, 0, 0, 1, 0, 0, 80, .. new byte[80]]];
        await using var container = await H4mkContainer.OpenAsync(await TestContainers.AddSignsAsync(bytes, [.. bodies.Select(b => new SignContent(SignContent.WrappedKey, b))]));
        using var stranger = TestContainers.Key("stranger");
        Assert.Null(await ContainerKeys.TryOpenAsync(container, stranger));
        using var keys = await ContainerKeys.TryOpenAsync(container, key);
        Assert.NotNull(keys);
    }

    private static async Task<byte[]> ShareAsync(byte[] bytes, SealKey key, SealKey recipient)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var keys = await ContainerKeys.TryOpenAsync(container, key);
        return await TestContainers.AddSignsAsync(bytes, keys!.ShareWith(recipient));
    }

    private static SealKey VectorKey() => SealKey.Read(Encoding.ASCII.GetBytes(Case.GetProperty("content_key_hex").GetString()! + "\n"));

    private static async Task<ContainerKeys> OpenVectorAsync(H4mkContainer container)
    {
        using var key = VectorKey();
        return (await ContainerKeys.TryOpenAsync(container, key))!;
    }

    private static byte[] Hex(string property) => Convert.FromHexString(Case.GetProperty(property).GetString()!);

    private static void ShouldThrow(ContainerKeys keys, int track, BlockLocation location, byte[] stored)
    {
        var destination = new byte[stored.Length];
        destination.AsSpan().Fill(7);
        var exception = Assert.Throws<H4mkFormatException>(() => keys.Open(track, location, stored, destination));
        Assert.Equal((H4mkErrorCode.Block, ChunkTag.Core), (exception.Code, exception.Tag));
        Assert.False(destination.AsSpan().ContainsAnyExcept((byte)0));
    }

    /// <summary>The vector with a block behind it that nobody sealed: a sound container.</summary>
    private static async Task<byte[]> ForgeAsync()
    {
        var bytes = Vectors.Read(Vector);
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var output = new MemoryStream();
        await using var writer = await H4mkContainerWriter.AppendAsync(container, output);
        output.Write(bytes, 0, (int)writer.Length);
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = long.MaxValue }, "forged"u8.ToArray());
        await writer.CompleteAsync();
        return output.ToArray();
    }
}
