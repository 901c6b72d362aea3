using System.Text;
using System.Text.Json;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

public sealed class TokenizeFramesTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("clip-tables.mp4")]
    [InlineData("clip.webm")]
    [InlineData("clip.ts")]
    [InlineData("clip.flac")]
    public async Task TokenizeFrames_Json_IsAnObjectALine(string file)
    {
        var json = await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/" + file), "--json");
        Assert.Equal((0, ""), (json.Code, json.Said));
        var lines = json.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(File.ReadAllLines(Vectors.PathOf($"media/frames/{file}.csv")).Length, lines.Length);
        foreach (var line in lines)
        {
            using var frame = JsonDocument.Parse(line);
            Assert.Equal(["pts", "duration", "key", "pos", "size", "track"], frame.RootElement.EnumerateObject().Select(p => p.Name));
        }
    }

    [Fact]
    public async Task TokenizeFrames_Pipe_GivesWhatAFileGives()
    {
        var file = await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/clip.mp4"), "--json");
        Assert.Equal(file.Text, (await _tool.RunWithInputAsync(Vectors.Read("media/clip.mp4"), "tokenize", "frames", "-", "--json")).Text);
    }

    [Fact]
    public async Task TokenizeFrames_UnknownDuration_IsNull()
    {
        var json = await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/clip.flv"), "--json", "--track", "9");
        Assert.StartsWith("""{"pts":67000,"duration":null,"key":true,"pos":""", json.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"track\":8", json.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--json")]
    [InlineData("--torchcodec")]
    public async Task TokenizeFrames_NothingOfWhatWasAskedFor_Fails(string form)
    {
        string[] asked = ["tokenize", "frames", Vectors.PathOf("media/clip-tables.mp4"), .. form.Length == 0 ? (string[])[] : [form]];
        (await _tool.RunAsync([.. asked, "--segment", "ivf"])).ShouldFail(3, "clip-tables.mp4", "0", "ivf");
        (await _tool.RunAsync([.. asked, "--track", "77"])).ShouldFail(3, "clip-tables.mp4", "track 77");
    }

    [Fact]
    public async Task TokenizeFrames_Text_IsATable()
    {
        var text = await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/clip.ivf"));
        var lines = text.Text.Split('\n');
        Assert.Equal("     track                   pts      duration  key              pos        size", lines[0].TrimEnd('\r'));
        Assert.Matches(@"^ +0 +0 +\d+  key +32 +\d+\r?$", lines[1]);
        Assert.Matches(@"^ +0 +\d+ +\d+  -   +\d+ +\d+\r?$", lines[2]);
    }

    [Fact]
    public async Task TokenizeFrames_TorchCodec_WritesOneTrack()
    {
        var done = await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/clip-tables.mp4"), "--torchcodec", "-o", _tool.Path("f.json"));
        Assert.Equal((0, ""), (done.Code, done.Said));
        using var mapping = JsonDocument.Parse(_tool.Read("f.json"));
        Assert.Equal(300, mapping.RootElement.GetProperty("frames").GetArrayLength());
        Assert.Equal(1, mapping.RootElement.GetProperty("frames")[0].GetProperty("key_frame").GetInt32());
        (await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/clip-tables.mp4"), "--torchcodec", "-o", _tool.Path("f.json"))).ShouldFail(2, "f.json", "--force");
        var printed = await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/clip-tables.mp4"), "--torchcodec");
        Assert.Equal(Encoding.UTF8.GetString(_tool.Read("f.json")), printed.Text);
    }

    [Fact]
    public async Task TokenizeFrames_CutFile_TellsWhatIsThereAndSaysWhere()
    {
        var cut = await _tool.RunAsync("tokenize", "frames", _tool.Write("cut.webm", Vectors.Read("media/clip.webm")[..100_000]), "--json");
        Assert.Equal(0, cut.Code);
        Assert.NotEqual("", cut.Text);
        Assert.StartsWith("harmony4: ", cut.Said, StringComparison.Ordinal);
        Assert.Contains("cut.webm: ", cut.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenizeFrames_Misuse_IsToldInALine()
    {
        var clip = Vectors.PathOf("media/clip.webm");
        (await _tool.RunAsync("tokenize", "frames", clip, "--json", "--torchcodec")).ShouldFail(2, "exclude");
        (await _tool.RunAsync("tokenize", "frames", clip, "--json", "-o", _tool.Path("x"))).ShouldFail(2, "--torchcodec");
        (await _tool.RunAsync("tokenize", "frames", clip, "--segment", "wav")).ShouldFail(2, "wav");
        (await _tool.RunAsync("tokenize", "frames", Vectors.PathOf("media/speech.wav"), "--json")).ShouldFail(3, "speech.wav: 0: ");
        (await _tool.RunAsync("tokenize", "frames", clip, "--torchcodec", "--track", "9")).ShouldFail(3, "track 9");
        (await _tool.RunAsync("tokenize", "frames", _tool.Path("none.mp4"), "--json")).ShouldFail(3, "none.mp4");
    }
}
