using System.Globalization;
using Harmony4.Format;
using Harmony4.TestKit;
using Xunit.Abstractions;

namespace Harmony4.Reader.Tests;

/// <summary>Two implementations, written apart from one text, say the same of every file.</summary>
public sealed class AgreementTests(ITestOutputHelper output)
{
    private static readonly H4mkContainerOptions Options = new() { MaxDegreeOfParallelism = 1 };

    // HARMONY4_MUTATIONS=1000000 is the long run.
    private static readonly int Mutations = int.Parse(Environment.GetEnvironmentVariable("HARMONY4_MUTATIONS") ?? "20000", CultureInfo.InvariantCulture);

    private static List<byte[]> Vectors11 =>
        [.. Directory.EnumerateFiles(Vectors.PathOf("h4mk-1.1"), "*.h4mk", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static List<byte[]> Vectors10 =>
        [.. Directory.EnumerateFiles(Vectors.PathOf("containers"), "*.h4mk").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    [Fact]
    public async Task Verify_EveryVector_IsTheSameInBoth()
    {
        using var reader = new PythonReader();
        foreach (var file in (byte[][])[.. Vectors11, .. Vectors10])
        {
            Assert.Equal(await SdkAsync(file), await reader.VerifyAsync(file));
        }
    }

    [Fact]
    public async Task Verify_MutatedFiles_HaveTheSameState()
    {
        var files = (byte[][])[.. Vectors11.Where(f => f.Length < 12_000), .. Vectors10.Where(f => f.Length < 2_000)];
        var random = new Random(20);
        using var reader = new PythonReader();
        var firstDiffers = 0;
        var failures = new List<string>();
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutation.Apply(files[random.Next(files.Length)], files, random);
            var python = await reader.VerifyAsync(mutated);
            var sdk = await SdkAsync(mutated);
            firstDiffers += python != sdk ? 1 : 0;
            if (python.Split(' ')[0] != sdk.Split(' ')[0])
            {
                failures.Add($"{i}: sdk {sdk}, python {python}");
                if (Environment.GetEnvironmentVariable("HARMONY4_KEEP") is { } folder)
                {
                    await File.WriteAllBytesAsync(Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture) + ".h4mk"), mutated);
                }
            }
        }

        output.WriteLine($"{Mutations} files, {firstDiffers} with another first finding");
        Assert.True(failures.Count == 0, $"{failures.Count} of {Mutations}: {string.Join("; ", failures.Take(40))}");
    }

    private static async Task<string> SdkAsync(byte[] file)
    {
        try
        {
            var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(file), Options);
            var first = result.Findings.Count == 0 ? "- -" : string.Create(CultureInfo.InvariantCulture, $"{result.Findings[0].Code.ToName()} {result.Findings[0].Offset}");
            return $"{result.State.ToString().ToLowerInvariant()} {first}";
        }
        catch (H4mkFormatException exception)
        {
            return string.Create(CultureInfo.InvariantCulture, $"none {exception.Code.ToName()} {exception.Offset}");
        }
    }
}
