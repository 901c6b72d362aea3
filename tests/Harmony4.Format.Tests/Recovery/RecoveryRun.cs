namespace Harmony4.Format.Tests.Recovery;

/// <summary>Recovers files in memory, and makes some.</summary>
internal static class RecoveryRun
{
    public static async Task<(byte[] Bytes, H4mkRecoveryReport Report)> RecoverAsync(byte[] bytes, H4mkRecoveryOptions? options = null)
    {
        using var output = new MemoryStream();
        var report = await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(bytes), output, options);
        Assert.Equal(output.Length, report.Container.Length);
        return (output.ToArray(), report);
    }

    /// <summary>A container with so many chunks of a tag that nobody knows, and one block.</summary>
    public static async Task<byte[]> NotesAsync(int count)
    {
        using var output = new MemoryStream();
        await using var writer = H4mkContainerWriter.Create(output, leaveOpen: true);
        for (var i = 0; i < count; i++)
        {
            await writer.WriteChunkAsync(new ChunkTag("note"), new byte[i]);
        }

        await writer.WriteBlockAsync(0, default, new byte[3]);
        await writer.CompleteAsync();
        return output.ToArray();
    }

    /// <summary>Where the chunks behind TRAK, META and SAFE begin; behind TRAK in an upgraded file.</summary>
    public static async Task<long> HeadLengthAsync(byte[] bytes)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var trak = container.FindChunk(ChunkTag.Trak)!.Value;
        return trak.Offset > 8 ? trak.EndOffset : container.FindChunk(ChunkTag.Safe)!.Value.EndOffset;
    }
}
