using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Signing;

/// <summary>SIGN chunks come and go, and nothing else of a container changes with them.</summary>
public sealed class H4mkSigningTests
{
    public static TheoryData<string> Whole =>
        [.. Vectors11.Files.Where(f => f.Case.TryGetProperty("identity", out _)).Select(f => f.Name)];

    [Theory, MemberData(nameof(Whole))]
    public async Task WriteEnd_AnyVector_AddsItsSignsAndChangesNothingElse(string name)
    {
        var bytes = Vectors11.Read(name);
        SignContent[] signs = [new(SignContent.Cose, new byte[70]), new(255, ReadOnlyMemory<byte>.Empty), new(SignContent.Receipts, new byte[] { 1, 2, 3 })];
        var signed = await SignAsync(bytes, signs);
        await using var before = await H4mkContainer.OpenAsync(bytes);
        await using var after = await H4mkContainer.OpenAsync(signed);

        Assert.Equal(before.Identity, after.Identity);
        Assert.NotEqual(before.FileDigest, after.FileDigest);
        var added = after.Signs.Skip(before.Signs.Count).ToArray();
        Assert.Equal(signs.Select(s => ((int)s.Kind, Convert.ToHexString(s.Body.Span))), added.Select(s => (s.Kind, Convert.ToHexString(s.Body.Span))));
        Assert.Equal(before.Signs.Select(s => (s.Kind, s.Chunk.Offset)), after.Signs.Take(before.Signs.Count).Select(s => (s.Kind, s.Chunk.Offset)));
        var verified = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(signed));
        Assert.Equal((VerificationState.Unsigned, 0L, after.Signs.Count), (verified.State, verified.FindingCount, verified.Signs.Count));
        Assert.All(verified.Signs, s => Assert.Equal(SignatureState.NotChecked, s.State));

        // Without the bytes of its SIGN chunks it is the file that it was.
        var first = (int)added[0].Chunk.Offset;
        var end = (int)added[^1].Chunk.EndOffset;
        Assert.Equal(bytes, (byte[])[.. signed[..first], .. signed[end..]]);
    }

    [Fact]
    public async Task WriteEnd_Nothing_GivesTheSameFile()
    {
        foreach (var name in (string[])["one-track.h4mk", "signed-hmac.h4mk", "upgraded.h4mk"])
        {
            Assert.Equal(Vectors11.Read(name), await SignAsync(Vectors11.Read(name)));
        }
    }

    [Fact]
    public async Task WriteEnd_OneByOne_IsAllAtOnce()
    {
        var bytes = Vectors11.Read("one-track.h4mk");
        SignContent[] signs = [.. Enumerable.Range(1, H4mkSigning.MaxCount).Select(i => new SignContent((byte)i, new byte[i]))];
        var one = bytes;
        foreach (var sign in signs)
        {
            one = await SignAsync(one, sign);
        }

        Assert.Equal(await SignAsync(bytes, signs), one);
    }

    [Fact]
    public async Task WriteEnd_MoreSignsThanReadersTake_IsRefusedAndNothingIsWritten()
    {
        var full = await SignAsync(Vectors11.Read("signed-hmac.h4mk"), [.. Enumerable.Repeat(new SignContent(1, new byte[1]), H4mkSigning.MaxCount - 1)]);
        await using var container = await H4mkContainer.OpenAsync(full);
        Assert.Equal(H4mkSigning.MaxCount, container.Signs.Count);
        using var output = new MemoryStream();
        await Assert.ThrowsAsync<ArgumentException>(async () => await H4mkSigning.WriteEndAsync(container, [new SignContent(1, new byte[1])], output));
        Assert.Equal(0, output.Length);
        Assert.Equal(VerificationState.Unsigned, (await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(full))).State);
    }

    [Fact]
    public async Task WriteEnd_LongestBody_IsReadAgain()
    {
        const int longest = (64 * 1024) - 4;
        var bytes = Vectors11.Read("one-track.h4mk");
        await using var container = await H4mkContainer.OpenAsync(await SignAsync(bytes, new SignContent(7, new byte[longest])));
        Assert.Equal(longest, Assert.Single(container.Signs).Body.Length);
        await Assert.ThrowsAsync<ArgumentException>(() => SignAsync(bytes, new SignContent(7, new byte[longest + 1])));
        await Assert.ThrowsAsync<ArgumentException>(() => SignAsync(bytes, new SignContent(0, new byte[1])));
    }

    [Fact]
    public async Task WriteEnd_Version10_IsRefused()
    {
        await using var container = await H4mkContainer.OpenAsync(Vectors11.Read("v10.h4mk"));
        Assert.Contains("1.0", Assert.Throws<ArgumentException>(() => H4mkSigning.GetEndOffset(container)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await H4mkSigning.WriteEndAsync(container, [], new MemoryStream()));
        Assert.Null(container.Root);
    }

    [Fact]
    public async Task Root_OfAContainer_IsWhatItsVerificationAndItsWriterGive()
    {
        var recorded = Recorded.Make(seed: 11, trackCount: 2, blockCount: 30, pageLog2: 2, maxLength: 100);
        H4mkRoot? seen = null;
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, recorded.Options with { Authenticators = [new Authenticator(root => { seen = root; return []; })] }, leaveOpen: true);
        foreach (var block in recorded.Blocks)
        {
            await writer.WriteBlockAsync(block.Track, block.Info, block.Payload);
        }

        Assert.Null(seen);
        var summary = await writer.CompleteAsync();
        Assert.Equal(await recorded.WriteAsync(), output.ToArray());
        await using var container = await H4mkContainer.OpenAsync(output.ToArray());
        var verified = await container.VerifyAsync();
        foreach (var root in new[] { seen!, summary.Root!, verified.Root! })
        {
            Assert.Equal(container.Root!.Header.ToArray(), root.Header.ToArray());
            Assert.Equal(container.Identity, root.Identity);
            Assert.Equal(container.Tracks.Select(t => (t.Id, t.BlockCount, t.Root)), root.Tracks.Select(t => (t.Id, t.BlockCount, t.Root)));
        }

        Assert.Equal(128, seen!.Header.Length);
        Assert.Equal(SHA256.HashData(seen.Header.Span), container.Identity!.Value.ToArray());
        Assert.Equal(seen.Header[32..64].ToArray(), seen.TracksRoot.ToArray());
        Assert.Equal(seen.Header[64..96].ToArray(), seen.AuxRoot.ToArray());
    }

    [Fact]
    public async Task Complete_SeveralAuthenticators_WritesTheirSignsInOrder()
    {
        var recorded = Recorded.Make(seed: 12, trackCount: 1, blockCount: 5, pageLog2: 2, maxLength: 100);
        using var output = new MemoryStream();
        IRootAuthenticator[] authenticators = [new Authenticator(_ => [new(5, new byte[5]), new(4, new byte[4])]), new Authenticator(_ => []), new Authenticator(_ => [new(9, new byte[9])])];
        await using (var writer = H4mkContainerWriter.Create(output, recorded.Options with { Authenticators = authenticators }, leaveOpen: true))
        {
            foreach (var block in recorded.Blocks)
            {
                await writer.WriteBlockAsync(block.Track, block.Info, block.Payload);
            }

            var summary = await writer.CompleteAsync();
            await using var container = await H4mkContainer.OpenAsync(output.ToArray());
            Assert.Equal([5, 4, 9], container.Signs.Select(s => s.Kind));
            Assert.Equal((container.FileDigest, container.Length), (summary.FileDigest, summary.Length));
        }

        Assert.Equal(output.ToArray(), await SignAsync(await recorded.WriteAsync(), new(5, new byte[5]), new(4, new byte[4]), new(9, new byte[9])));
    }

    [Fact]
    public async Task Complete_AuthenticatorsThatGiveTooMuch_FailTheRecording()
    {
        foreach (var signs in (SignContent[][])[[.. Enumerable.Repeat(new SignContent(1, new byte[1]), 17)], [new SignContent(0, new byte[1])], [new SignContent(1, new byte[64 * 1024])]])
        {
            using var output = new MemoryStream();
            await using var writer = H4mkContainerWriter.Create(output, new H4mkWriterOptions { Authenticators = [new Authenticator(_ => signs)] }, leaveOpen: true);
            await Assert.ThrowsAsync<ArgumentException>(async () => await writer.CompleteAsync());
            await writer.DisposeAsync();
            await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainer.OpenAsync(output.ToArray()));
        }
    }

    [Fact]
    public async Task Append_WithAuthenticators_SignsTheLongerRoot()
    {
        var bytes = Vectors11.Read("signed-hmac.h4mk");
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var output = new MemoryStream();
        var options = new H4mkWriterOptions { Authenticators = [new Authenticator(root => [new(200, root.Identity.ToArray())])] };
        await using var writer = await H4mkContainerWriter.AppendAsync(container, output, options, leaveOpen: true);
        output.Write(bytes, 0, (int)writer.Length);
        await writer.WriteBlockAsync(0, new BlockInfo { Pts = 1UL << 40, IsKey = true }, "more"u8.ToArray());
        await writer.CompleteAsync();
        await using var longer = await H4mkContainer.OpenAsync(output.ToArray());
        var sign = Assert.Single(longer.Signs);
        Assert.Equal((200, longer.Identity!.Value.ToString()), (sign.Kind, Convert.ToHexStringLower(sign.Body.Span)));
    }

    [Theory]
    [InlineData("kind")]
    [InlineData("zero")]
    [InlineData("hint")]
    [InlineData("body")]
    [InlineData("crc")]
    public async Task Verify_ChangedSign_IsFoundThereOrDecidesNothing(string field)
    {
        var bytes = await SignAsync(Vectors11.Read("one-track.h4mk"), new SignContent(1, new byte[40]));
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var chunk = Assert.Single(container.Signs).Chunk;
        var payload = (int)chunk.PayloadOffset;
        switch (field)
        {
            case "kind":
                bytes[payload] = 77;
                break;
            case "zero":
                bytes[payload + 1] = 1;
                break;
            case "hint":
                bytes[payload + 3] = 41;
                break;
            case "body":
                bytes[payload + 20] ^= 1;
                break;
            default:
                bytes[payload - 1] ^= 1;
                break;
        }

        if (field != "crc")
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(payload - 4), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(payload, 44)));
        }

        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes));
        if (field is "kind" or "body")
        {
            // Nothing covers a SIGN, and nobody asked for this one.
            Assert.Equal(VerificationState.Unsigned, result.State);
            return;
        }

        Assert.Equal((VerificationState.Invalid, ChunkTag.Sign, chunk.Offset), (result.State, result.Findings[0].Chunk, result.Findings[0].Offset));
        Assert.Equal(field == "crc" ? H4mkErrorCode.Crc : H4mkErrorCode.Sign, result.Findings[0].Code);
    }

    [Fact]
    public async Task Verify_HintOfAForeignWriter_IsIgnored()
    {
        // This writer writes it empty; a file of another may have one.
        var hint = Encoding.ASCII.GetBytes("key 7");
        var bytes = await SignAsync(Vectors11.Read("one-track.h4mk"), new SignContent(1, (byte[])[.. hint, 1, 2, 3]));
        await using (var container = await H4mkContainer.OpenAsync(bytes))
        {
            var payload = (int)Assert.Single(container.Signs).Chunk.PayloadOffset;
            bytes[payload + 3] = (byte)hint.Length;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(payload - 4), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(payload, 4 + hint.Length + 3)));
        }

        await using var hinted = await H4mkContainer.OpenAsync(bytes);
        Assert.Equal([1, 2, 3], Assert.Single(hinted.Signs).Body.ToArray());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(255, 70)]
    [InlineData(7, 65_532)]
    public async Task Decode_OfAnEncodedSign_GivesItAsAContainerDoes(byte kind, int length)
    {
        var body = TestKit.Vectors.SeededBytes("sign", length);
        var chunk = H4mkSigning.Encode(new SignContent(kind, body));
        Assert.Equal(12 + 4 + length, chunk.Length);
        Assert.True(H4mkSigning.TryDecode((byte[])[.. chunk, 1, 2, 3], out var sign, out var consumed));
        Assert.Equal((kind, chunk.Length), (sign.Kind, consumed));
        Assert.Equal(body, sign.Body.ToArray());
        Assert.True(H4mkSigning.TryDecode(chunk, out _, out _));
        var signed = await SignAsync(Vectors11.Read("one-track.h4mk"), sign);
        Assert.Equal(chunk, signed[^(chunk.Length + 64)..^64]);
    }

    [Fact]
    public void Decode_WhatIsNoWholeSoundSign_GivesNothing()
    {
        var chunk = H4mkSigning.Encode(new SignContent(7, new byte[] { 1, 2, 3, 4, 5 }));
        for (var length = 0; length < chunk.Length; length++)
        {
            AssertNothing(chunk[..length]);
        }

        for (var bit = 0; bit < 8 * chunk.Length; bit++)
        {
            var flipped = chunk.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertNothing(flipped);
        }

        // Sound CRCs: no kind, a zero byte that is not, a hint longer than what follows, fewer bytes than fields, more than a SIGN has, another chunk.
        AssertNothing(Chunk(ChunkTag.Sign, [0, 0, 0, 0, 1]));
        AssertNothing(Chunk(ChunkTag.Sign, [7, 1, 0, 0, 1]));
        AssertNothing(Chunk(ChunkTag.Sign, [7, 0, 0, 2, 1]));
        AssertNothing(Chunk(ChunkTag.Sign, [7, 0, 0]));
        AssertNothing(Chunk(ChunkTag.Sign, []));
        AssertNothing(Chunk(ChunkTag.Sign, [7, .. new byte[64 * 1024]]));
        AssertNothing(Chunk(ChunkTag.Seal, [7, 0, 0, 0, 1]));
        Assert.True(H4mkSigning.TryDecode(Chunk(ChunkTag.Sign, [7, 0, 0, 2, 65, 66, 9]), out var sign, out _));
        Assert.Equal([9], sign.Body.ToArray());

        static void AssertNothing(byte[] bytes)
        {
            Assert.False(H4mkSigning.TryDecode(bytes, out var sign, out var consumed));
            Assert.Equal((0, 0, 0), (sign.Kind, sign.Body.Length, consumed));
        }

        static byte[] Chunk(ChunkTag tag, byte[] payload)
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            new H4mkChunkWriter(output).WriteChunk(tag, payload);
            return output.WrittenSpan.ToArray();
        }
    }

    [Fact]
    public void Encode_WhatReadersRefuse_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => H4mkSigning.Encode(new SignContent(0, new byte[1])));
        Assert.Throws<ArgumentException>(() => H4mkSigning.Encode(new SignContent(1, new byte[65_533])));
    }

    private static async Task<byte[]> SignAsync(byte[] bytes, params SignContent[] signs)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        using var output = new MemoryStream();
        output.Write(bytes, 0, (int)H4mkSigning.GetEndOffset(container));
        await H4mkSigning.WriteEndAsync(container, signs, output);
        return output.ToArray();
    }

    private sealed class Authenticator(Func<H4mkRoot, IReadOnlyList<SignContent>> authenticate) : IRootAuthenticator
    {
        public ValueTask<IReadOnlyList<SignContent>> AuthenticateAsync(H4mkRoot root, CancellationToken cancellationToken) => new(authenticate(root));
    }
}
