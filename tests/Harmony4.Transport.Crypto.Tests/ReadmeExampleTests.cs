namespace Harmony4.Transport.Crypto.Tests;

/// <summary>The package README's example, as it stands there.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void Readme_Example_OpensInItsPlaceOnly()
    {
        using var key = ContentKey.CreateRandom();
        var parameters = SealParameters.CreateRandom(key);
        using var sealer = new BlockSealer(key, parameters, sealNumber: 0);

        byte[] block = [1, 2, 3];
        var place = new BlockContext(Track: 1, Ordinal: 0, Pts: 0, Duration: 33_333, Flags: 3);
        var stored = new byte[BlockSealer.GetSealedLength(block.Length)];
        sealer.Seal(place, block, stored);

        var opened = new byte[block.Length];
        Assert.True(BlockOpener.TryCreate(key, parameters, 0, out var opener));
        bool ok = opener.TryOpen(place, stored, opened, out int length);
        Assert.True(ok);
        Assert.Equal(3, length);
        Assert.Equal(block, opened);
        bool moved = opener.TryOpen(place with { Pts = 1 }, stored, opened, out length);
        Assert.False(moved);
        Assert.Equal(new byte[3], opened);
        opener.Dispose();
    }
}
