using System.Buffers.Binary;
using System.Diagnostics;
using Harmony4.Format;
using Harmony4.TestKit;
using Xunit.Abstractions;

namespace Harmony4.Cli.Tests;

/// <summary>A process that is killed leaves what it was at work on as it was, as it was to be, or to be recovered.</summary>
public sealed class KillTests(ITestOutputHelper log) : IDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1";
    private static readonly string[] Blocks = ["--segment", "fixed", "--block-size", "4096", "--gop", "1", "--fps", "25"];

    private readonly Tool _tool = new();

    private string Container => _tool.Path("c");

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Append_KilledAtAnyMoment_LeavesTheOldContainerOrTheNewOne()
    {
        var media = Vectors.SeededBytes("killed", 8_192_000);
        var old = await MakeAsync("old", media[..2_048_000]);
        _tool.Write("more", media[2_048_000..]);
        var next = _tool.Write("next", [1, 2, 3]);
        Assert.Equal(0, (await _tool.RunAsync("keygen", "--kind", "es256", "-o", _tool.Path("k"))).Code);

        // One that nobody kills, to know how long there is to kill.
        _tool.Write("c", old);
        var clock = Stopwatch.StartNew();
        using (var whole = StartAppend())
        {
            await whole.WaitForExitAsync();
            Assert.Equal(0, whole.ExitCode);
        }

        var duration = clock.Elapsed;
        var complete = _tool.Read("c");
        Assert.Equal(await MakeAsync("both", media), complete);
        string[] roots = [await RootAsync("old"), await RootAsync("both")];
        await MakeAsync("old-next", media[..2_048_000], next);
        await MakeAsync("both-next", media, next);
        string[] nextRoots = [await RootAsync("old-next"), await RootAsync("both-next")];

        var random = new Random(1);
        var left = new Dictionary<string, int>();
        for (var round = 0; round < (IsLong ? 200 : 20); round++)
        {
            // The lock of the one that was killed before stays where it is.
            File.Delete(ContainerEdit.GetUndoPath(Container));
            _tool.Write("c", old);
            using (var victim = StartAppend())
            {
                if (round % 2 == 0)
                {
                    // Into the work itself, which is short beside the start of the process.
                    while (!File.Exists(ContainerEdit.GetUndoPath(Container)) && !victim.HasExited)
                    {
                        await Task.Delay(1);
                    }

                    await Task.Delay(random.Next(1 + (int)duration.TotalMilliseconds / 4));
                }
                else
                {
                    await Task.Delay(random.Next(1 + (int)(duration.TotalMilliseconds * 1.1)));
                }

                victim.Kill();
                await victim.WaitForExitAsync();
            }

            Count(left, old);
            switch (round % 3)
            {
                case 0:
                    await ContainerEdit.TryUndoAsync(Container);
                    Assert.True(_tool.Read("c") is var bytes && (bytes.AsSpan().SequenceEqual(old) || bytes.AsSpan().SequenceEqual(complete)), $"round {round}: neither of the two");
                    break;
                case 1:
                    Assert.Equal(0, (await _tool.RunAsync("sign", Container, "--key", _tool.Path("k"))).Code);
                    Assert.Contains(await RootAsync("c"), roots);
                    Assert.Equal(0, (await _tool.RunAsync("verify", Container, "--public-key", _tool.Path("k.pub"))).Code);
                    break;
                default:
                    Assert.Equal(0, (await _tool.RunAsync(["append", Container, next, .. Blocks])).Code);
                    Assert.Contains(await RootAsync("c"), nextRoots);
                    break;
            }

            Assert.Equal("unsigned", (await _tool.RunAsync("verify", Container, "--json")).Json.GetProperty("state").GetString());
            Assert.False(File.Exists(ContainerEdit.GetUndoPath(Container)));
        }

        Tell("append", left);

        Process StartAppend() => ToolProcess.Start(["append", Container, _tool.Path("more"), .. Blocks]);
    }

    [Theory]
    [InlineData("sign")]
    [InlineData("share")]
    public async Task SignAndShare_KilledAtAnyMoment_LeaveTheOldContainerOrTheNewOne(string verb)
    {
        foreach (var name in (string[])["seal", "recipient", "later"])
        {
            await ShouldRunAsync("keygen", "-o", _tool.Path(name));
        }

        await ShouldRunAsync("keygen", "--kind", "es256", "-o", _tool.Path("k"));
        await ShouldRunAsync(["export", _tool.Write("in", Vectors.SeededBytes("killed", 100_000)), "-o", Container, "--seal-key-file", _tool.Path("seal"), .. Blocks]);
        var old = _tool.Read("c");
        var root = await RootAsync("c");
        string[] change = verb == "sign"
            ? ["sign", Container, "--key", _tool.Path("k")]
            : ["share", Container, "--seal-key-file", _tool.Path("seal"), "--recipient-key-file", _tool.Path("recipient")];
        string[] check = verb == "sign"
            ? ["verify", Container, "--public-key", _tool.Path("k.pub"), "--seal-key-file", _tool.Path("seal")]
            : ["verify", Container, "--seal-key-file", _tool.Path("recipient")];
        var clock = Stopwatch.StartNew();
        using (var whole = ToolProcess.Start(change))
        {
            await whole.WaitForExitAsync();
            Assert.Equal(0, whole.ExitCode);
        }

        var duration = clock.Elapsed;
        ShouldBeNew(_tool.Read("c"), old);
        await ShouldRunAsync(check);

        var random = new Random(3);
        var left = new Dictionary<string, int>();
        for (var round = 0; round < (IsLong ? 200 : 10); round++)
        {
            File.Delete(ContainerEdit.GetUndoPath(Container));
            _tool.Write("c", old);
            using (var victim = ToolProcess.Start(change))
            {
                var moment = TimeSpan.FromMilliseconds(random.Next(1 + (int)(duration.TotalMilliseconds * 1.1)));
                var running = Stopwatch.StartNew();

                // Half of them into the change itself, which takes no time beside the start of the process: nothing slower would see it.
                while (round % 2 == 0 ? !File.Exists(ContainerEdit.GetUndoPath(Container)) && !victim.HasExited : running.Elapsed < moment)
                {
                    Thread.SpinWait(20);
                }

                victim.Kill();
                await victim.WaitForExitAsync();
            }

            Count(left, old);
            if (round % 4 < 2)
            {
                await ContainerEdit.TryUndoAsync(Container);
                ShouldBeOldOrNew(_tool.Read("c"), old);
                Assert.Equal(_tool.Read("c").Length == old.Length ? 1 : 0, (await _tool.RunAsync(check)).Code);
            }
            else
            {
                // The next change puts right what is broken, and is whole itself.
                await ShouldRunAsync("share", Container, "--seal-key-file", _tool.Path("seal"), "--recipient-key-file", _tool.Path("later"));
                await ShouldRunAsync("verify", Container, "--seal-key-file", _tool.Path("later"));
            }

            Assert.Equal(root, await RootAsync("c"));
            await ShouldRunAsync("verify", Container, "--seal-key-file", _tool.Path("seal"));
            Assert.False(File.Exists(ContainerEdit.GetUndoPath(Container)));
        }

        Tell(verb, left);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_FromAPipeKilledAtAnyMoment_IsRecoveredAsIfItHadBeenClosedThere(bool isSealed)
    {
        const int piece = 20_000;
        const int blockSize = 4096;
        await ShouldRunAsync("keygen", "-o", _tool.Path("k"));
        string[] seal = isSealed ? ["--seal-key-file", _tool.Path("k")] : [];
        var media = Vectors.SeededBytes("recorded", 4_000_000);
        var random = new Random(4);
        var (before, empty, blocks) = (0, 0, 0);
        for (var round = 0; round < (IsLong ? 200 : 6); round++)
        {
            File.Delete(_tool.Path(".out.part"));
            File.Delete(_tool.Path("recovered"));
            using (var victim = ToolProcess.Start(["export", "-", "-o", _tool.Path("out"), .. seal, .. Blocks]))
            {
                var feeding = FeedAsync(victim.StandardInput.BaseStream, media, piece, random.Next(1, 40));
                if (round % 10 != 0)
                {
                    // Into the work itself: the process takes longer to start than to write the head.
                    await Eventually.HoldsAsync(() => new FileInfo(_tool.Path(".out.part")) is { Exists: true, Length: > 0 });
                }

                await Task.Delay(random.Next(1_800));
                victim.Kill();
                await victim.WaitForExitAsync();
                await feeding;
            }

            Assert.False(File.Exists(_tool.Path("out")));
            var left = File.Exists(_tool.Path(".out.part")) ? _tool.Read(".out.part") : [];
            var stored = CountBlocks(left, blockSize + (isSealed ? 32 : 0));
            var outcome = await _tool.RunAsync("recover", _tool.Path(".out.part"), "-o", _tool.Path("recovered"));
            if (outcome.Code == 3)
            {
                Assert.Equal(0, stored);
                before++;
                continue;
            }

            Assert.Equal(0, outcome.Code);
            if (isSealed)
            {
                var extracted = stored == 0 ? [] : (await _tool.RunAsync(["extract", _tool.Path("recovered"), .. seal])).Bytes;
                Assert.True(media.AsSpan(0, stored * blockSize).SequenceEqual(extracted), $"round {round}");
                Assert.True(_tool.Read("recovered").AsSpan().StartsWith(left.AsSpan(0, EndOfBlocks(left, stored))), $"round {round}");
            }
            else
            {
                var closed = await MakeAsync("closed", media[..(stored * blockSize)]);
                File.Delete(_tool.Path("closed"));
                Assert.True(closed.AsSpan().SequenceEqual(_tool.Read("recovered")), $"round {round}");
            }

            empty += stored == 0 ? 1 : 0;
            blocks += stored;
        }

        log.WriteLine($"record: {before} killed before there was anything, {empty} before the first block, {blocks} blocks recovered in the others");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_FromASilentPipeKilled_IsRecoveredWithAllBlocksThatWereRead(bool isSealed)
    {
        const int piece = 10_000;
        const int blockSize = 4096;
        await ShouldRunAsync("keygen", "-o", _tool.Path("k"));
        string[] seal = isSealed ? ["--seal-key-file", _tool.Path("k")] : [];
        var media = Vectors.SeededBytes("live", 5_000_000);
        var random = new Random(2);
        for (var round = 0; round < (IsLong ? 20 : 1); round++)
        {
            File.Delete(_tool.Path(".out.part"));
            File.Delete(_tool.Path("recovered"));
            var (fed, flushed) = (0, 0);
            using (var victim = ToolProcess.Start(["export", "-", "-o", _tool.Path("out"), .. seal, .. Blocks]))
            {
                var input = victim.StandardInput.BaseStream;
                for (var pauses = random.Next(1, 4); pauses > 0; pauses--)
                {
                    await FeedAsync(random.Next(1, 60));

                    // While nothing more comes, all of it reaches the file.
                    flushed = fed / blockSize;
                    await Eventually.HoldsAsync(() => File.Exists(_tool.Path(".out.part")) && CountBlocks(ReadShared(_tool.Path(".out.part")), blockSize + (isSealed ? 32 : 0)) == flushed);
                }

                await FeedAsync(random.Next(20));
                victim.Kill();
                await victim.WaitForExitAsync();

                async Task FeedAsync(int pieces)
                {
                    for (; pieces > 0; pieces--, fed += piece)
                    {
                        await input.WriteAsync(media.AsMemory(fed, piece));
                        await input.FlushAsync();
                        await Task.Delay(random.Next(10));
                    }
                }
            }

            Assert.Contains(".out.part", _tool.Files);
            Assert.DoesNotContain("out", _tool.Files);
            var outcome = await _tool.RunAsync("recover", _tool.Path(".out.part"), "-o", _tool.Path("recovered"), "--json");
            Assert.Equal((0, ""), (outcome.Code, outcome.Error));
            var extracted = (await _tool.RunAsync(["extract", _tool.Path("recovered"), .. seal])).Bytes;
            Assert.True(media.AsSpan().StartsWith(extracted));
            Assert.InRange(extracted.Length, flushed * blockSize, fed);

            // The next run over that output does not take the leftover for its own.
            (await _tool.RunWithInputAsync([1], "export", "-", "-o", _tool.Path("out"))).ShouldFail(2, ".out.part", "--force");
        }
    }

    private static byte[] ReadShared(string path)
    {
        using var reader = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[reader.Length];
        reader.ReadExactly(bytes);
        return bytes;
    }

    // What a writer hears when its reader is killed.
    private static async Task FeedAsync(Stream input, byte[] media, int piece, int pause)
    {
        try
        {
            for (var at = 0; at + piece <= media.Length; at += piece)
            {
                await input.WriteAsync(media.AsMemory(at, piece));
                await input.FlushAsync();
                await Task.Delay(pause);
            }
        }
        catch (IOException)
        {
        }
    }

    /// <summary>The blocks that are whole in what is left of a recording, by the chain of its chunks.</summary>
    private static int CountBlocks(byte[] bytes, int storedLength)
    {
        var count = 0;
        for (long at = 8; at + 12 <= bytes.Length; at += 12 + BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan((int)at + 4)))
        {
            if (bytes.AsSpan((int)at, 4).SequenceEqual("CORE"u8) && at + 12 + storedLength <= bytes.Length)
            {
                count++;
            }
        }

        return count;
    }

    private static int EndOfBlocks(byte[] bytes, int count)
    {
        var end = 8;
        for (var at = 8; count > 0; at = end)
        {
            end = at + 12 + (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 4));
            count -= bytes.AsSpan(at, 4).SequenceEqual("CORE"u8) ? 1 : 0;
        }

        return end;
    }

    private static void ShouldBeOldOrNew(byte[] bytes, byte[] old)
    {
        if (!bytes.AsSpan().SequenceEqual(old))
        {
            ShouldBeNew(bytes, old);
        }
    }

    /// <summary>One SIGN more, between what was there and TAIL.</summary>
    private static void ShouldBeNew(byte[] bytes, byte[] old)
    {
        const int tail = 64;
        Assert.True(bytes.AsSpan().StartsWith(old.AsSpan(0, old.Length - tail)));
        Assert.True(bytes.AsSpan().EndsWith(old.AsSpan(old.Length - tail)));
        var sign = bytes.AsSpan()[(old.Length - tail)..^tail];
        Assert.True(sign.StartsWith("SIGN"u8));
        Assert.Equal(sign.Length, 12 + (int)BinaryPrimitives.ReadUInt32BigEndian(sign[4..]));
    }

    /// <summary>Counts how far a change had got when it was killed.</summary>
    private void Count(Dictionary<string, int> left, byte[] old)
    {
        var name = _tool.Read("c").AsSpan().SequenceEqual(old) ? "untouched" : File.Exists(ContainerEdit.GetUndoPath(Container)) ? "to be put back or kept" : "complete";
        left[name] = left.GetValueOrDefault(name) + 1;
    }

    private void Tell(string verb, Dictionary<string, int> left) =>
        log.WriteLine($"{verb}: {string.Join(", ", left.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Value} {l.Key}"))}");

    private async Task ShouldRunAsync(params string[] args)
    {
        var outcome = await _tool.RunAsync(args);
        Assert.True(outcome.Code == 0, outcome.Error + outcome.Text);
    }

    private async Task<byte[]> MakeAsync(string name, byte[] media, string? append = null)
    {
        Assert.Equal(0, (await _tool.RunAsync(["export", _tool.Write("in", media), "-o", _tool.Path(name), .. Blocks])).Code);
        if (append is not null)
        {
            Assert.Equal(0, (await _tool.RunAsync(["append", _tool.Path(name), append, .. Blocks])).Code);
        }

        return _tool.Read(name);
    }

    private async Task<string> RootAsync(string name)
    {
        await using var container = await H4mkContainer.OpenAsync(_tool.Path(name));
        return container.Identity!.Value.ToString();
    }
}
