using System.Buffers;
using Harmony4.Format.Tests.Conformance;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests.Sources;

/// <summary>A file that becomes shorter between any two reads of an operation: the operation ends, and what it says is that the file has changed.</summary>
public sealed class ShrinkingSourceTests
{
    private static readonly Dictionary<string, Func<byte[]>> Files = new()
    {
        ["version-10"] = () => Media.Small.Encode(),
        ["recorded"] = () => Recorded.Make(7, 2, 12, 1, 40).WriteAsync().GetAwaiter().GetResult(),
        ["upgraded"] = () => Vectors11.Read("upgraded.h4mk"),
    };

    private static readonly Dictionary<string, Func<H4mkContainer, Task>> Operations = new()
    {
        ["verify"] = async c => await c.VerifyAsync(),
        ["meta"] = async c => await c.ReadMetaAsync(),
        ["track info"] = async c => await c.ReadTrackInfoAsync(),
        ["veri"] = async c => await c.ReadVeriAsync(),
        ["seek table"] = async c => await c.GetSeekTableAsync(),
        ["keyframe"] = async c => await c.FindKeyframeAsync(0, 40_000),
        ["block"] = async c => await c.ReadBlockAsync(0, 1, new ArrayBufferWriter<byte>()),
        ["blocks"] = async c => await c.ReadBlocksAsync(0).ToListAsync(),
        ["checked stream"] = async c => await c.OpenTrackStream(0).CopyToAsync(Stream.Null),
        ["stream"] = async c => await c.OpenTrackStream(0, checkBlocks: false).CopyToAsync(Stream.Null),
        ["copy"] = async c => await c.CopyTrackAsync(0, 0, c.Tracks[0].ByteLength, Stream.Null),
        ["copy without checks"] = async c => await c.CopyTrackAsync(0, 0, c.Tracks[0].ByteLength, Stream.Null, check: false),
        ["stream digest"] = async c => await c.GetStreamDigestAsync(),
        ["chunks"] = async c => await c.EnumerateChunksAsync().ToListAsync(),
        ["upgrade"] = async c => await (await H4mkContainerWriter.UpgradeAsync(c, Stream.Null)).DisposeAsync(),
        ["append"] = async c => await (await H4mkContainerWriter.AppendAsync(c, Stream.Null)).DisposeAsync(),
        ["inclusion"] = async c => await c.GetInclusionAsync(0, 1),
        ["keyframe proof"] = async c => await c.ProveKeyframeAsync(0, 40_000),
        ["proof"] = async c => await c.ProveBlockAsync(0, 1),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var file in Files.Keys)
            {
                foreach (var operation in Operations.Keys)
                {
                    cases.Add(file, operation);
                }
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Operation_OnAFileThatShrank_SaysSo(string file, string operation)
    {
        var bytes = Files[file]();
        if (!await IsPossibleAsync(bytes, operation))
        {
            return;
        }

        foreach (var length in Enumerable.Range(0, 24).Select(i => bytes.Length * i / 24))
        {
            for (int allowed = 0, reads = int.MaxValue; allowed < reads; allowed++)
            {
                var left = int.MaxValue;
                reads = 0;
                await using var container = await H4mkContainer.OpenAsync(new DelegateSource((offset, memory) =>
                    DelegateSource.Copy(++reads > left ? bytes[..length] : bytes, offset, memory, int.MaxValue)));
                reads = 0;
                left = allowed;
                try
                {
                    await Operations[operation](container);
                }
                catch (H4mkFormatException fault)
                {
                    Assert.True(fault.Code == H4mkErrorCode.Overrun, $"{length} of {bytes.Length} after {allowed} reads: {fault.Message}");
                    Assert.InRange(fault.Offset, 0, bytes.Length);
                }
            }
        }
    }

    private static async Task<bool> IsPossibleAsync(byte[] bytes, string operation)
    {
        try
        {
            await using var container = await H4mkContainer.OpenAsync(bytes);
            await Operations[operation](container);
            return true;
        }
        catch (ArgumentException)
        {
            // Version 1.0 has no proofs, and so on.
            return false;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
