using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>What is said of an input that is no container, or cannot be one.</summary>
public sealed class NoContainerTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("clip.mp4", "fmp4")]
    [InlineData("clip.webm", "webm")]
    [InlineData("clip.ts", "ts")]
    [InlineData("speech.wav", "wav")]
    public async Task Verify_Media_SaysWhatItIsAndWhatToDo(string name, string format)
    {
        var path = _tool.Write(name, Vectors.Read($"media/{name}"));
        foreach (var json in new string[][] { [], ["--json"] })
        {
            (await _tool.RunAsync(["verify", path, .. json])).ShouldFail(3, $"{path}: 0: ", "is no container", $"looks like {format} media", "harmony4 export");
        }
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("extract")]
    [InlineData("seek", "1s")]
    [InlineData("upgrade", "-o", "-")]
    public async Task Run_OtherVerbsOnMedia_SayTheSame(string verb, params string[] rest)
    {
        var path = _tool.Write("clip.mp4", Vectors.Read("media/clip.mp4"));
        (await _tool.RunAsync([verb, path, .. rest])).ShouldFail(3, $"{path}: 0: ", "is no container", "fmp4");
    }

    [Fact]
    public async Task Verify_OtherBytes_SaysThatTheyAreNoContainer()
    {
        (await _tool.RunAsync("verify", _tool.Write("notes", "these are words and nothing else"))).ShouldFail(3, "notes: 0: ", "is no container", "no media that is known");
        (await _tool.RunAsync("verify", _tool.Write("short", "H4"))).ShouldFail(3, "short: ", "is no container", "2 bytes");
        (await _tool.RunAsync("verify", _tool.Write("empty", ""))).ShouldFail(3, "empty: ", "is no container", "0 bytes");
    }

    [Fact]
    public async Task Verify_MediaFromAPipeOrTheWeb_SaysTheSame()
    {
        var media = Vectors.Read("media/clip.mp4");
        (await _tool.RunWithInputAsync(media, "verify", "-")).ShouldFail(3, "standard input: 0: ", "is no container", "fmp4");
        await using var server = new RangeServer(media);
        (await _tool.RunAsync("verify", server.Address.AbsoluteUri)).ShouldFail(3, $"{server.Address}: 0: ", "is no container", "fmp4");
    }

    [Fact]
    public async Task Verify_MediaAmongOthers_IsNamedOnceInOneLine()
    {
        var path = _tool.Write("clip.mp4", Vectors.Read("media/clip.mp4"));
        var outcome = await _tool.RunAsync("verify", path, Vectors.PathOf("h4mk-1.1/one-track.h4mk"));
        Assert.Equal((3, 1), (outcome.Code, outcome.Error.Count(c => c == '\n')));
        Assert.Contains("is no container", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect ftp://h/a", "ftp")]
    [InlineData("inspect FTP://h/a", "ftp")]
    [InlineData("inspect ftp:h/a", "ftp")]
    [InlineData("seek ftp://h/a 1s", "ftp")]
    [InlineData("verify ftp://h/a --json", "ftp")]
    [InlineData("verify ftp://h/a s3://b/c", "ftp")]
    [InlineData("verify s3://b/c", "s3")]
    [InlineData("verify file:///tmp/a", "file")]
    [InlineData("verify --proof ftp://h/p --root 9770e669231e8f001f855f956f991aeb404096f7004f58f4a2ca3a25695de53c", "ftp")]
    [InlineData("extract ftp://h/a", "ftp")]
    [InlineData("export ftp://h/a", "ftp")]
    [InlineData("export clip -o ftp://h/a", "ftp")]
    [InlineData("export clip -o https://h/a", "https")]
    [InlineData("export clip --meta sftp://h/a", "sftp")]
    [InlineData("append ftp://h/a clip", "ftp")]
    [InlineData("append clip ftp://h/a -o c", "ftp")]
    [InlineData("upgrade ftp://h/a -o b", "ftp")]
    [InlineData("recover ftp://h/a -o b", "ftp")]
    [InlineData("sign ftp://h/a --key k", "ftp")]
    [InlineData("share ftp://h/a --seal-key-file k --recipient-key-file k", "ftp")]
    [InlineData("mask ftp://h/a -o b --key-file k", "ftp")]
    [InlineData("keygen -o ftp://h/a", "ftp")]
    [InlineData("tokenize video ftp://h/a", "ftp")]
    [InlineData("tokenize audio ftp://h/a", "ftp")]
    [InlineData("tokenize frames ftp://h/a", "ftp")]
    public async Task Run_AddressOfAnotherScheme_IsRefusedAsSuch(string line, string scheme)
    {
        var clip = _tool.Write("clip", [1, 2, 3]);
        var key = _tool.Write("k", new string('a', 32));
        var outcome = await _tool.RunAsync([.. line.Split(' ').Select(w => w switch { "clip" => clip, "k" => key, "b" or "c" => _tool.Path(w), _ => w })]);
        outcome.ShouldFail(2, $"{scheme}:", "http and https");
        Assert.Equal(["clip", "k"], _tool.Files);
    }

    [Fact]
    public async Task Run_AddressOfAnotherScheme_KeepsItsSecrets()
    {
        var outcome = await _tool.RunAsync("inspect", "ftp://user:password@h/a?signature=hidden");
        outcome.ShouldFail(2, "ftp://h/a");
        Assert.DoesNotContain("password", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FileWithAColonInItsName_IsAFile()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var path = _tool.Write("a:b", [1, 2, 3]);
        Assert.Equal(0, (await _tool.RunAsync("export", path, "-q")).Code);
        Assert.Equal(0, (await _tool.RunAsync("verify", path + ".h4mk")).Code);
        (await _tool.RunAsync("inspect", "a:none")).ShouldFail(3, "no such file");
    }
}
