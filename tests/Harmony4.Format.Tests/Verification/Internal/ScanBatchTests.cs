using System.Buffers;
using System.Security.Cryptography;
using Harmony4.Format.Internal;
using Harmony4.Hashing;

namespace Harmony4.Format.Tests.Verification.Internal;

public sealed class ScanBatchTests
{
    private static readonly int[] Lengths = [0, 5, 24, 100, 1, 0, 40];

    [Fact]
    public void Cut_SegmentsOfAnyLength_GiveEachChunkOnce()
    {
        var (bytes, offsets) = Write();
        var batch = new ScanBatch();
        for (var length = ChunkHeader.Size; length <= bytes.Length; length++)
        {
            var found = new List<long>();
            for (long at = 0; at < bytes.Length;)
            {
                var next = batch.Cut(bytes.AsMemory((int)at, (int)Math.Min(length, bytes.Length - at)), at, bytes.Length);
                Assert.Equal(batch.Count == 0 ? at : batch[batch.Count - 1].Info.EndOffset, next);
                batch.Hash();
                for (var i = 0; i < batch.Count; i++)
                {
                    var chunk = batch[i];
                    found.Add(chunk.Info.Offset);
                    Assert.False(chunk.IsCut);
                    Assert.Equal(12 + chunk.Info.Length > length, batch.IsLong);
                    if (!batch.IsLong)
                    {
                        var payload = bytes.AsSpan((int)chunk.Info.PayloadOffset, (int)chunk.Info.Length);
                        Assert.Equal(payload.ToArray(), chunk.Payload.ToArray());
                        Assert.Equal(Crc32.Compute(payload), chunk.Crc);
                        Assert.True(chunk.IsCrcValid);

                        // The index tells what TOKN says, so it needs no digest.
                        Assert.Equal(chunk.Info.Tag == ChunkTag.Tokn ? default : new Sha256Digest(SHA256.HashData(payload)), chunk.Digest);
                    }
                }

                Assert.True(next > at);
                at = next;
            }

            Assert.Equal(offsets, found);
        }
    }

    [Fact]
    public void Cut_FileThatIsCutAnywhere_EndsInACutChunk()
    {
        var (bytes, offsets) = Write();
        var batch = new ScanBatch();
        for (var length = 1; length < bytes.Length; length++)
        {
            Assert.Equal(length, batch.Cut(bytes.AsMemory(0, length), 0, length));
            batch.Hash();
            var whole = offsets.Append(bytes.Length).Count(o => o <= length) - 1;
            var isCut = !offsets.Contains(length);
            Assert.Equal(whole + (isCut ? 1 : 0), batch.Count);
            Assert.False(batch.IsLong);
            for (var i = 0; i < batch.Count; i++)
            {
                Assert.Equal((offsets[i], i == whole), (batch[i].Info.Offset, batch[i].IsCut));
            }
        }
    }

    [Fact]
    public void Cut_MoreChunksThanABatchTakes_LeavesTheRest()
    {
        var bytes = new byte[(ScanBatch.MaxCount + 2) * ChunkHeader.Size];
        var batch = new ScanBatch();
        var next = batch.Cut(bytes, 0, bytes.Length);
        Assert.Equal((ScanBatch.MaxCount, (long)ScanBatch.MaxCount * ChunkHeader.Size), (batch.Count, next));
        Assert.True(batch.IsFull);
        Assert.Equal(bytes.Length, batch.Cut(bytes.AsMemory((int)next), next, bytes.Length));
        Assert.Equal(2, batch.Count);
        Assert.False(batch.IsFull);
    }

    private static (byte[] Bytes, long[] Offsets) Write()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new H4mkChunkWriter(output);
        var offsets = new long[Lengths.Length];
        for (var i = 0; i < Lengths.Length; i++)
        {
            offsets[i] = writer.BytesWritten;
            writer.WriteChunk(Lengths[i] == 24 ? ChunkTag.Tokn : ChunkTag.Core, [.. Enumerable.Range(i, Lengths[i]).Select(b => (byte)b)]);
        }

        return (output.WrittenSpan.ToArray(), offsets);
    }
}
