using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>append: in place and elsewhere, with its proof.</summary>
public sealed class AppendTests : IDisposable
{
    private static readonly byte[] Media = Vectors.SeededBytes("append", 3_000);
    private static readonly string[] Blocks = ["--segment", "fixed", "--block-size", "100", "--gop", "1", "--fps", "25"];

    private readonly Tool _tool = new();

    private string Container => _tool.Path("c");

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Append_InPlace_IsTheExportOfBothTogether()
    {
        await ExportAsync("c", Media[..1_300]);
        var outcome = await RunAsync("append", Container, _tool.Write("more", Media[1_300..]));
        Assert.Equal((0, ""), (outcome.Code, outcome.Text));
        Assert.Contains("520000 us", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(1, outcome.Error.Count(c => c == '\n'));
        Assert.Equal(["c", "in", "more"], _tool.Files);
        await ExportAsync("both", Media);
        Assert.Equal(_tool.Read("both"), _tool.Read("c"));
        Assert.Equal("unsigned", (await _tool.RunAsync("verify", Container, "--json")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Append_ToAnOutput_LeavesTheContainerAsItIs()
    {
        await ExportAsync("c", Media[..1_300]);
        await ExportAsync("both", Media);
        var old = _tool.Read("c");
        var more = _tool.Write("more", Media[1_300..]);
        Assert.Equal(0, (await RunAsync("append", Container, more, "-o", _tool.Path("longer"))).Code);
        Assert.Equal(_tool.Read("both"), _tool.Read("longer"));
        Assert.Equal(old, _tool.Read("c"));
        (await RunAsync("append", Container, more, "-o", _tool.Path("longer"))).ShouldFail(2, "--force");
        Assert.Equal(0, (await RunAsync("append", Container, more, "-o", _tool.Path("longer"), "--force")).Code);
        Assert.Equal(_tool.Read("both"), (await RunAsync("append", Container, more, "-o", "-")).Bytes);
        Assert.Equal(["both", "c", "in", "longer", "more"], _tool.Files);
    }

    [Fact]
    public async Task Append_FromAPipe_IsTheSame()
    {
        await ExportAsync("c", Media[..1_300]);
        await ExportAsync("both", Media);
        Assert.Equal(0, (await _tool.RunWithInputAsync(Media[1_300..], ["append", Container, "-", .. Blocks])).Code);
        Assert.Equal(_tool.Read("both"), _tool.Read("c"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Append_Proof_HoldsForBothRoots(bool inPlace)
    {
        await ExportAsync("c", Media[..1_300]);
        var before = await RootAsync(Container);
        string[] output = inPlace ? [] : ["-o", _tool.Path("longer")];
        Assert.Equal(0, (await RunAsync(["append", Container, _tool.Write("more", Media[1_300..]), "--proof", _tool.Path("p"), .. output])).Code);
        var after = await RootAsync(inPlace ? Container : _tool.Path("longer"));
        var outcome = await _tool.RunAsync("verify", "--proof", _tool.Path("p"), "--root", before, "--new-root", after, "--json");
        Assert.Equal((0, $$"""{"holds":true,"kind":3,"track":null,"ordinal":null,"pts":null,"new_root":"{{after}}","aux_same":true}"""), (outcome.Code, outcome.Text.Trim()));
        Assert.Equal(1, (await _tool.RunAsync("verify", "--proof", _tool.Path("p"), "--root", after, "--new-root", before)).Code);
    }

    [Fact]
    public async Task Append_ProofThatCannotBeWritten_ChangesNothing()
    {
        await ExportAsync("c", Media);
        var old = _tool.Read("c");
        var more = _tool.Write("more", [1]);
        (await RunAsync("append", Container, more, "--proof", _tool.Write("p", "old"))).ShouldFail(2, "p", "--force");
        (await RunAsync("append", Container, more, "--proof", _tool.Path("none/p"))).ShouldFail(3, "none");
        (await RunAsync("append", Container, more, "--proof", Container)).ShouldFail(2, Container);
        (await RunAsync("append", Container, more, "-o", _tool.Path("x"), "--proof", _tool.Path("x"))).ShouldFail(2);
        (await RunAsync("append", Container, more, "-o", "-", "--proof", _tool.Path("q"))).ShouldFail(2, "--proof");
        Assert.Equal(old, _tool.Read("c"));
        Assert.Equal(["c", "in", "more", "p"], _tool.Files);
        Assert.Equal("old", File.ReadAllText(_tool.Path("p")));
    }

    [Fact]
    public async Task Append_BadUsage_Exits2AndChangesNothing()
    {
        await ExportAsync("c", Media);
        var old = _tool.Read("c");
        var more = _tool.Write("more", [1]);
        (await _tool.RunAsync("append", Container)).ShouldFail(2);
        (await RunAsync("append", Container, more, more)).ShouldFail(2, "tracks");
        (await RunAsync("append", Container, "-", "-")).ShouldFail(2);
        (await RunAsync("append", "-", more)).ShouldFail(2, "-o");
        (await RunAsync("append", "http://127.0.0.1:1/c", more)).ShouldFail(2, "-o");
        (await RunAsync("append", Vectors.PathOf("h4mk-1.1/v10.h4mk"), more, "-o", _tool.Path("x"))).ShouldFail(2, "upgrade");
        (await RunAsync("append", Container, more, "--label", "x")).ShouldFail(2);
        Assert.Equal(old, _tool.Read("c"));
        Assert.Equal(["c", "in", "more"], _tool.Files);
    }

    [Fact]
    public async Task Append_ToItselfInPlace_Exits2()
    {
        // It would be read as it grows, without end.
        await ExportAsync("c", Media);
        var old = _tool.Read("c");
        (await RunAsync("append", Container, Container)).ShouldFail(2, Container, "-o");
        (await RunAsync("append", Container, Path.GetRelativePath(Environment.CurrentDirectory, Container))).ShouldFail(2, "-o");
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(_tool.Path("link"), "c");
            (await RunAsync("append", Container, _tool.Path("link"))).ShouldFail(2, "-o");
            (await RunAsync("append", _tool.Path("link"), Container)).ShouldFail(2, "-o");

            // No name tells of a hard link.
            using var ln = System.Diagnostics.Process.Start("ln", [Container, _tool.Path("hard")]);
            await ln.WaitForExitAsync();
            (await RunAsync("append", Container, _tool.Path("hard"))).ShouldFail(2, "the container itself");
        }

        Assert.Equal(old, _tool.Read("c"));
        byte[] expected = [.. Media, .. old];
        Assert.Equal(0, (await RunAsync("append", Container, Container, "-o", _tool.Path("longer"))).Code);
        Assert.Equal(expected, (await _tool.RunAsync("extract", _tool.Path("longer"))).Bytes);
        Assert.Equal(0, (await RunAsync("append", Container, Container, "-o", Container, "--force")).Code);
        Assert.Equal(_tool.Read("longer"), _tool.Read("c"));
    }

    [Fact]
    public async Task Append_WhatCannotBeRead_Exits3AndChangesNothing()
    {
        await ExportAsync("c", Media);
        var old = _tool.Read("c");
        (await RunAsync("append", _tool.Write("text", "this is no container"), _tool.Write("more", [1]))).ShouldFail(3, "text");
        (await RunAsync("append", _tool.Path("none"), _tool.Path("more"))).ShouldFail(3, "none");
        (await RunAsync("append", Container, _tool.Path("none"))).ShouldFail(3, "none");
        (await _tool.RunAsync("append", Container, _tool.Path("more"), "--segment", "webm")).ShouldFail(3, "more", "webm");
        Assert.Equal(old, _tool.Read("c"));
        Assert.Equal(["c", "in", "more", "text"], _tool.Files);
    }

    [Fact]
    public async Task Append_ToATruncatedContainer_Exits3()
    {
        await ExportAsync("c", Media);
        var cut = _tool.Write("cut", _tool.Read("c")[..^10]);
        (await RunAsync("append", cut, _tool.Write("more", [1]))).ShouldFail(3, cut);
    }

    [Fact]
    public async Task Append_WhileAnotherChangeIsAtWork_Exits3()
    {
        await ExportAsync("c", Media);
        var old = _tool.Read("c");
        await using (await ContainerEdit.BeginAsync(Container, _ => Task.FromResult(500L)))
        {
            (await RunAsync("append", Container, _tool.Write("more", [1]))).ShouldFail(3, Container, "another change");
        }

        Assert.Equal(old, _tool.Read("c"));
    }

    [Fact]
    public async Task Append_AfterOneThatBrokeOff_UndoesItAndSaysSo()
    {
        await ExportAsync("c", Media[..1_300]);
        await ExportAsync("both", Media);
        await CrashAsync(500);
        var outcome = await RunAsync("append", Container, _tool.Write("more", Media[1_300..]));
        Assert.Equal(0, outcome.Code);
        Assert.Contains("undone", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(_tool.Read("both"), _tool.Read("c"));
    }

    [Fact]
    public async Task Append_UndoFileThatIsDamaged_Exits3AndSaysWhichFile()
    {
        await ExportAsync("c", Media[..1_300]);
        await CrashAsync(500);
        File.WriteAllText(_tool.Path(".c.undo"), "nothing");
        (await RunAsync("append", Container, _tool.Write("more", [1]))).ShouldFail(3, ".c.undo");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task InspectAndVerify_BesideAnUndoFile_SaySo(bool isComplete)
    {
        await ExportAsync("c", Media[..1_300]);
        var whole = _tool.Read("c");
        var silent = await _tool.RunAsync("inspect", Container);
        Assert.Equal((0, ""), (silent.Code, silent.Error));
        await CrashAsync(500);
        if (isComplete)
        {
            _tool.Write("c", whole);
        }

        var inspected = await _tool.RunAsync("inspect", Container, "--json");
        Assert.Equal(isComplete ? 0 : 3, inspected.Code);
        Assert.Equal(isComplete, inspected.Text.Length > 0);
        foreach (var outcome in new[] { inspected, await _tool.RunAsync("verify", Container, "--json"), await _tool.RunAsync("verify", Container, Container) })
        {
            Assert.Contains($"harmony4: {Container}: a change of it broke off, or is at work (.c.undo lies beside it)", outcome.Error, StringComparison.Ordinal);
        }

        // What lies beside a file of that name elsewhere is none of its business.
        var elsewhere = await _tool.RunAsync("verify", _tool.Write("d", whole));
        Assert.Equal((0, ""), (elsewhere.Code, elsewhere.Error));
    }

    [Fact]
    public async Task Append_SeveralTracks_TakesAnInputForEach()
    {
        Assert.Equal(0, (await RunAsync("export", _tool.Write("a", Media[..1_000]), _tool.Write("b", Media[..500]), "-o", Container)).Code);
        Assert.Equal(0, (await RunAsync("append", Container, _tool.Write("a2", Media[1_000..]), _tool.Write("b2", Media[500..]))).Code);
        Assert.Equal(Media, (await _tool.RunAsync("extract", Container, "--track", "0")).Bytes);
        Assert.Equal(Media, (await _tool.RunAsync("extract", Container, "--track", "1")).Bytes);
    }

    /// <summary>Leaves the container as a change that was killed does.</summary>
    private async Task CrashAsync(int at)
    {
        byte[] undo;
        await using (await ContainerEdit.BeginAsync(Container, _ => Task.FromResult((long)at)))
        {
            undo = _tool.Read(".c.undo");
        }

        _tool.Write(".c.undo", undo);
        _tool.Write("c", [.. _tool.Read("c")[..at], 1, 2, 3]);
    }

    private async Task ExportAsync(string name, byte[] media)
    {
        var outcome = await RunAsync("export", _tool.Write("in", media), "-o", _tool.Path(name));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
    }

    private Task<Tool.Outcome> RunAsync(params string[] args) => _tool.RunAsync([.. args, .. Blocks]);

    private async Task<string> RootAsync(string container) => (await _tool.RunAsync("inspect", container, "--json")).Json.GetProperty("root").GetString()!;
}
