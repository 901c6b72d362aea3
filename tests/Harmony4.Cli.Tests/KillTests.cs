using System.Diagnostics;
using Harmony4.Format;
using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>A process that is killed leaves what it was at work on as it was, as it was to be, or to be recovered.</summary>
public sealed class KillTests : IDisposable
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

        Process StartAppend() => ToolProcess.Start(["append", Container, _tool.Path("more"), .. Blocks]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_FromAPipeKilled_IsRecoveredUpToTwoSecondsBefore(bool isSealed)
    {
        const int piece = 10_000;
        const int blockSize = 4096;
        Assert.Equal(0, (await _tool.RunAsync("keygen", "-o", _tool.Path("k"))).Code);
        string[] seal = isSealed ? ["--seal-key-file", _tool.Path("k")] : [];
        var media = Vectors.SeededBytes("live", 5_000_000);
        var random = new Random(2);
        for (var round = 0; round < (IsLong ? 20 : 1); round++)
        {
            File.Delete(_tool.Path(".out.part"));
            File.Delete(_tool.Path("recovered"));
            var written = new List<(TimeSpan At, int Length)>();
            var clock = new Stopwatch();
            TimeSpan killed;
            using (var victim = ToolProcess.Start(["export", "-", "-o", _tool.Path("out"), .. seal, .. Blocks]))
            {
                // How long the process takes to start says nothing of what it does with its input.
                var input = victim.StandardInput.BaseStream;
                await input.WriteAsync(media.AsMemory(0, piece));
                await input.FlushAsync();
                await Eventually.HoldsAsync(() => File.Exists(_tool.Path(".out.part")));
                clock.Start();
                written.Add((clock.Elapsed, piece));
                var end = TimeSpan.FromMilliseconds(3_000 + random.Next(2_000));
                for (var at = piece; clock.Elapsed < end && at + piece <= media.Length; at += piece)
                {
                    await input.WriteAsync(media.AsMemory(at, piece));
                    await input.FlushAsync();
                    written.Add((clock.Elapsed, at + piece));
                    await Task.Delay(random.Next(30));
                }

                killed = clock.Elapsed;
                victim.Kill();
                await victim.WaitForExitAsync();
            }

            Assert.Contains(".out.part", _tool.Files);
            Assert.DoesNotContain("out", _tool.Files);
            var outcome = await _tool.RunAsync("recover", _tool.Path(".out.part"), "-o", _tool.Path("recovered"), "--json");
            Assert.Equal((0, ""), (outcome.Code, outcome.Error));
            var extracted = (await _tool.RunAsync(["extract", _tool.Path("recovered"), .. seal])).Bytes;
            Assert.Equal(media[..extracted.Length], extracted);
            var least = written.Last(w => w.At <= killed - TimeSpan.FromSeconds(2)).Length / blockSize * blockSize;
            Assert.InRange(extracted.Length, least, written[^1].Length);

            // The next run over that output does not take the leftover for its own.
            (await _tool.RunWithInputAsync([1], "export", "-", "-o", _tool.Path("out"))).ShouldFail(2, ".out.part", "--force");
        }
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
