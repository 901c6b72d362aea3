using System.Buffers;
using Harmony4.Format.Tests.Conformance;

namespace Harmony4.Format.Tests.Proofs;

public sealed class ProofExampleTests
{
    /// <summary>The examples of docs/proofs.md and src/Harmony4.Format/README.md, line for line but for the path and what is printed.</summary>
    [Fact]
    public async Task Example_OfTheDocumentation_DoesWhatItSays()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, Vectors11.Read("one-track.h4mk"));
            Assert.True(Sha256Digest.TryParse(Vectors11.Case("one-track.h4mk").GetProperty("identity").GetString(), out var identity));

            await using var container = await H4mkContainer.OpenAsync(path);
            byte[] proof = await container.ProveKeyframeAsync(track: 0, pts: 40_002);

            var buffer = new ArrayBufferWriter<byte>();
            await container.ReadBlockAsync(0, 2, buffer);
            var payload = buffer.WrittenSpan;
            string? text = null;
            if (H4mkProof.TryVerify(proof, identity, out var fact)
                && fact is { Kind: ProofKind.Keyframe, Track: 0, Time: 40_002 }
                && fact.MatchesPayload(payload))
            {
                text = $"block {fact.Ordinal} of {fact.BlockCount} at {fact.Pts} µs; the next keyframe is at {fact.NextPts} µs";
            }

            Assert.Equal("block 2 of 23 at 40002 µs; the next keyframe is at 113370 µs", text);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
