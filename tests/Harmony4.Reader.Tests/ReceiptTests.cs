using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4.Reader.Tests;

/// <summary>Receipts verify with a COSE stack of another ecosystem, and tampered ones do not.</summary>
public sealed class ReceiptTests
{
    [Theory]
    [InlineData("es256")]
    [InlineData("es384")]
    [InlineData("ps256")]
    public async Task Check_ReceiptOfEveryBlock_HoldsInPython(string kind)
    {
        using AsymmetricAlgorithm key = kind == "es256" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : kind == "es384" ? ECDsa.Create(ECCurve.NamedCurves.nistP384) : RSA.Create(2048);
        using var signer = key is RSA rsa ? StatementSigner.FromKey(rsa, leaveOpen: true) : StatementSigner.FromKey((ECDsa)key, leaveOpen: true);
        await using var container = await SignedAsync(signer, blocks: 37);
        var pem = key.ExportSubjectPublicKeyInfoPem();
        using var python = Start();
        for (var i = 0; i < 37; i++)
        {
            var receipt = Assert.Single(await new MediaTransport().MakeReceiptsAsync(container, i)).ToArray();
            var record = (await container.GetInclusionAsync(0, i)).Entry.ToArray();
            Assert.Equal($"valid {i} 37", await AskAsync(python, receipt, record, pem));

            record[7] ^= 1;
            Assert.Equal("invalid", await AskAsync(python, receipt, record, pem));
            record[7] ^= 1;
            receipt[^1] ^= 1;
            Assert.Equal("invalid", await AskAsync(python, receipt, record, pem));
            receipt[^1] ^= 1;
            receipt[receipt.Length / 2] ^= 1;
            Assert.DoesNotContain("valid ", (await AskAsync(python, receipt, record, pem)).Replace("invalid ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Check_ReceiptOfTheSample_HoldsForItsBlockAlone()
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-evidence-").FullName;
        try
        {
            using (var sample = Process.Start(new ProcessStartInfo("dotnet", ["exec", Path.Combine(Samples, "Evidence.dll"), "--folder", folder]) { RedirectStandardOutput = true })!)
            {
                await sample.StandardOutput.ReadToEndAsync();
                await sample.WaitForExitAsync();
                Assert.Equal(0, sample.ExitCode);
            }

            Assert.Equal((0, "block 2 of "), await CheckAsync());
            var block = Path.Combine(folder, "block.bin");
            var bytes = await File.ReadAllBytesAsync(block);
            bytes[7] ^= 1;
            await File.WriteAllBytesAsync(block, bytes);
            Assert.Equal((1, ""), await CheckAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<(int Code, string Start)> CheckAsync()
        {
            string[] files = [Path.Combine(Samples, "check-receipt.py"), "block.receipt.cbor", "block.entry", "block.bin", "laboratory.pem.pub"];
            using var python = Process.Start(new ProcessStartInfo(Python, files) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await python.StandardOutput.ReadToEndAsync();
            await python.StandardError.ReadToEndAsync();
            await python.WaitForExitAsync();
            return (python.ExitCode, output.Length == 0 ? "" : output[.."block 2 of ".Length]);
        }
    }

    private static string Samples => Path.Combine(AppContext.BaseDirectory, "programs", "Evidence");

    private static async Task<H4mkContainer> SignedAsync(StatementSigner signer, int blocks)
    {
        using var output = new MemoryStream();
        var options = new H4mkWriterOptions { PageLog2 = 2, Authenticators = [new ReceiptsSigner(signer)] };
        await using var writer = H4mkContainerWriter.Create(output, options);
        for (var i = 0; i < blocks; i++)
        {
            await writer.WriteBlockAsync(0, new BlockInfo { Pts = (ulong)i * 1000, IsKey = i % 5 == 0 }, BitConverter.GetBytes(i));
        }

        await writer.CompleteAsync();
        return await H4mkContainer.OpenAsync(output.ToArray());
    }

    // The system's own, for which the libraries are packaged, before another that is found first.
    private static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private static Process Start() => Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "receipt.py")])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static async Task<string> AskAsync(Process python, byte[] receipt, byte[] record, string key)
    {
        var text = JsonSerializer.Serialize(new { receipt = Convert.ToHexString(receipt), record = Convert.ToHexString(record), key });
        await python.StandardInput.WriteLineAsync(text);
        await python.StandardInput.FlushAsync();
        return await python.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("python3 ended: are python3-cbor2 and python3-cryptography installed?");
    }
}
