using BenchmarkDotNet.Attributes;
using Harmony4.Benchmarks.Format;
using Harmony4.Format;

namespace Harmony4.Benchmarks.Transport;

/// <summary>Recovering a cut recording of 64 MiB, from file to file in the page cache: against copying it and verifying what is whole.</summary>
[MemoryDiagnoser, MinColumn]
public class RecoverBenchmarks
{
    private const int Rounds = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-bench-").FullName;

    private string Whole => Path.Combine(_folder, "whole.h4mk");

    private string Cut => Path.Combine(_folder, "cut.h4mk.part");

    private string Output => Path.Combine(_folder, "output.h4mk");

    [GlobalSetup]
    public async Task Setup()
    {
        var blocks = Sample.Blocks(Sample.Payload(), 512 * 1024);
        await using (var file = File.Create(Whole))
        {
            await using var writer = H4mkContainerWriter.Create(file, leaveOpen: true);
            for (var i = 0; i < Rounds * blocks.Length; i++)
            {
                await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 40_000, IsKey = true }, blocks[i % blocks.Length]);
            }

            await writer.CompleteAsync();
        }

        // In the middle of the last block: all blocks but one are there, and nothing that closes a container.
        File.Copy(Whole, Cut);
        await using (var file = new FileStream(Cut, FileMode.Open))
        {
            file.SetLength(file.Length - (256 * 1024));
        }

        if ((await Recover()).BlockCount != (Rounds * blocks.Length) - 1 || (await CopyAndVerify()).State != VerificationState.Unsigned)
        {
            throw new InvalidOperationException("the recording is not as it should be");
        }
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [Benchmark(Baseline = true)]
    public async Task<VerificationResult> CopyAndVerify()
    {
        // As streams copy: the file system's own copy would share the blocks of the disk and move nothing.
        await using (var input = new FileStream(Whole, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
        await using (var output = Create())
        {
            await input.CopyToAsync(output, 1024 * 1024);
        }

        await using var source = H4mkSource.FromFile(Output);
        return await H4mkContainer.VerifyAsync(source);
    }

    [Benchmark]
    public async Task<H4mkRecoveryReport> Recover()
    {
        await using var source = H4mkSource.FromFile(Cut);
        await using var output = Create();
        return await H4mkRecovery.RecoverAsync(source, output);
    }

    private FileStream Create() => new(Output, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
}
