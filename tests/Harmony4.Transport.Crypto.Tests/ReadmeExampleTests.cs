namespace Harmony4.Transport.Crypto.Tests;

/// <summary>The package README's example: the build takes the text from the README itself.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void Readme_Example_SealsAndClearsWhatWasMoved()
    {
        ReadmeExample.Run();

        // A frame of track 1 under suite 1, and what the last, moved opening left.
        Assert.Equal([1, 1, 0, 1], ReadmeExample.Stored[..4]);
        Assert.Equal(3 + SealedFrame.Overhead, ReadmeExample.Stored.Length);
        Assert.Equal(new byte[3], ReadmeExample.Opened);
    }
}
