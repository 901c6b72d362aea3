namespace Harmony4.Hashing.Tests;

/// <summary>The package README's example: the build takes the text from the README itself.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void Readme_Example_ProvesItsBlock()
    {
        ReadmeExample.Run();
        Assert.True(ReadmeExample.IsThere);
    }
}
