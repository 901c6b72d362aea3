namespace Harmony4.Tokenization.Tests;

/// <summary>The package README's example: the build takes the text from the README itself.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void Readme_Example_ListsTheBlocksOfAFile()
    {
        ReadmeExample.Run();
        Assert.Equal(0, ReadmeExample.BytesLeft);
        Assert.EndsWith("bytes", ReadmeExample.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith("bytes  key", ReadmeExample.Lines[1], StringComparison.Ordinal);
    }
}
