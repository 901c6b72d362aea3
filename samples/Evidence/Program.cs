// A recording that is evidence although its recorder was killed.
//   record   <folder>     seals and signs what comes in on standard input, until the input ends
//   recover  <folder>     makes a container of what is there, and a receipt of one block
//   check    <folder>     checks that receipt without Harmony4
// Without arguments: makes keys, runs each of them in a process of its own, and kills the first.
using System.Diagnostics;
using System.Security.Cryptography;
using Evidence;
using Harmony4;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

return args switch
{
    ["record", var folder] => await RecordAsync(new CaseFiles(folder)),
    ["recover", var folder] => await RecoverAsync(new CaseFiles(folder)),
    ["check", var folder] => await CheckAsync(new CaseFiles(folder)),
    [] or ["--folder", _] => await DemonstrateAsync(new CaseFiles(args is [_, var named] ? named : Path.Combine(Path.GetTempPath(), "harmony4-evidence"))),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Evidence [--folder <folder> | record <folder> | recover <folder> | check <folder>]");
    return 2;
}

static async Task<int> RecordAsync(CaseFiles files)
{
    using var sealKey = await ReadSealKeyAsync(files);
    using var signer = StatementSigner.FromPem(await File.ReadAllTextAsync(files.RecorderKey));
    await using var input = Console.OpenStandardInput();
    await using var output = new FileStream(files.Recording, FileMode.Create, FileAccess.Write, FileShare.Read);
    await using var live = new FileStream(files.LiveSignatures, FileMode.Create, FileAccess.Write, FileShare.Read);

    // Each block is sealed, written, and signed once it is written: the signature says what closing the container there would have given.
    await new MediaTransport().ExportAsync(input, output, new ExportOptions
    {
        Seal = new SealOptions { Key = sealKey },
        Authenticators = [new RootSigner(signer)],
        LiveSignatures = live,
    });
    return 0;
}

static async Task<int> RecoverAsync(CaseFiles files)
{
    var transport = new MediaTransport();

    // Whoever recovers needs no key: the recorder's own signature of the last block is found beside the recording. The laboratory adds the key that makes receipts.
    using var laboratory = StatementSigner.FromPem(await File.ReadAllTextAsync(files.LaboratoryKey));
    await using var side = File.OpenRead(files.LiveSignatures);
    var live = LiveSignatures.FromStream(side);
    H4mkRecoveryReport report;
    await using (var recording = H4mkSource.FromFile(files.Recording))
    await using (var output = File.Create(files.Container))
    {
        report = await transport.RecoverAsync(recording, output, new H4mkRecoveryOptions { Authenticators = [live, new ReceiptsSigner(laboratory)] });
    }

    Console.WriteLine($"recovered  {report.BlockCount} blocks of a file that ends at {(report.CutOffset is { } cut ? $"byte {cut}, inside a chunk" : "a chunk's end")}; {report.LostCount} lost");

    // Everybody can check that it is whole and what the recorder signed, without a key to the seal.
    await using var container = await transport.OpenAsync(H4mkSource.FromFile(files.Container));
    using var recorder = VerificationKey.FromPem(await File.ReadAllTextAsync(files.RecorderPublicKey));
    var verification = await transport.VerifyAsync(container, new VerifyOptions { Keys = [recorder] });
    Console.WriteLine($"verified   {verification.State.ToName()}: signed by the recorder, {verification.FindingCount} findings");

    // The holder of the seal's key reads it.
    using var sealKey = await ReadSealKeyAsync(files);
    using var keys = await ContainerKeys.TryOpenAsync(container, sealKey) ?? throw new SealKeyException();
    await using (var media = File.Create(files.Media))
    {
        await transport.ExtractAsync(container, media, new ExtractOptions { Keys = keys });
    }

    // One block for somebody who gets no more than that: its stored bytes, its index entry, and the receipt.
    const long block = 2;
    var stored = new System.Buffers.ArrayBufferWriter<byte>();
    await container.ReadBlockAsync(track: 0, block, stored);
    var inclusion = await container.GetInclusionAsync(track: 0, block);
    var receipts = await transport.MakeReceiptsAsync(container, block);
    await File.WriteAllBytesAsync(files.Block, stored.WrittenMemory);
    await File.WriteAllBytesAsync(files.Entry, inclusion.Entry);
    await File.WriteAllBytesAsync(files.Receipt, receipts[0]);
    return verification.State == VerificationState.Valid ? 0 : 1;
}

static async Task<int> CheckAsync(CaseFiles files)
{
    var (receipt, entry, block) = (await File.ReadAllBytesAsync(files.Receipt), await File.ReadAllBytesAsync(files.Entry), await File.ReadAllBytesAsync(files.Block));
    using var key = ECDsa.Create();
    key.ImportFromPem(await File.ReadAllTextAsync(files.LaboratoryPublicKey));
    if (!ReceiptCheck.Holds(receipt, entry, block, key, out var index))
    {
        Console.WriteLine("checked    the receipt does not hold");
        return 1;
    }

    Console.WriteLine($"checked    the laboratory's receipt: these {block.Length} bytes are block {index}, by the platform's COSE library");
    block[^1] ^= 1;
    var holds = ReceiptCheck.Holds(receipt, entry, block, key, out _);
    Console.WriteLine(holds ? "checked    A CHANGED BLOCK PASSES" : "refused    the same block with one bit changed");
    return holds ? 1 : 0;
}

static async Task<int> DemonstrateAsync(CaseFiles files)
{
    if (Directory.Exists(files.Folder))
    {
        Directory.Delete(files.Folder, recursive: true);
    }

    Directory.CreateDirectory(files.Folder);
    await MakeKeysAsync(files);
    var clip = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "clip.mp4"));

    // The recorder gets two thirds of a clip, as a camera would send it, and is killed when it has signed five blocks.
    using (var recorder = Start(redirectInput: true, "record", files.Folder))
    {
        await recorder.StandardInput.BaseStream.WriteAsync(clip.AsMemory(0, clip.Length * 2 / 3));
        await recorder.StandardInput.BaseStream.FlushAsync();
        while (!File.Exists(files.LiveSignatures) || await LiveSignatures.Read(await ReadSharedAsync(files.LiveSignatures)).CountAsync() < 5)
        {
            if (recorder.HasExited)
            {
                return 1;
            }

            await Task.Delay(20);
        }

        recorder.Kill();
        await recorder.WaitForExitAsync();
        Console.WriteLine($"killed     the recorder, with {new FileInfo(files.Recording).Length} bytes written");
    }

    if (await RunAsync("recover", files.Folder) != 0 || await RunAsync("check", files.Folder) != 0)
    {
        return 1;
    }

    var media = await File.ReadAllBytesAsync(files.Media);
    var same = media.Length > 0 && clip.AsSpan().StartsWith(media);
    Console.WriteLine(same ? $"the same   {media.Length} bytes came out as the camera sent" : "NOT the bytes that the camera sent");
    return same ? 0 : 1;
}

static async Task MakeKeysAsync(CaseFiles files)
{
    await WriteSecretAsync(files.SealKey, RandomNumberGenerator.GetHexString(2 * ContentKey.Length, lowercase: true));
    foreach (var (secret, open) in new[] { (files.RecorderKey, files.RecorderPublicKey), (files.LaboratoryKey, files.LaboratoryPublicKey) })
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await WriteSecretAsync(secret, key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(open, key.ExportSubjectPublicKeyInfoPem());
    }
}

// Nobody else on this machine may read it.
static async Task WriteSecretAsync(string path, string text)
{
    var mode = OperatingSystem.IsWindows() ? (UnixFileMode?)null : UnixFileMode.UserRead | UnixFileMode.UserWrite;
    await using var writer = new StreamWriter(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
    await writer.WriteAsync(text);
}

static async Task<SealKey> ReadSealKeyAsync(CaseFiles files)
{
    var bytes = await File.ReadAllBytesAsync(files.SealKey);
    var key = SealKey.Read(bytes);
    CryptographicOperations.ZeroMemory(bytes);
    return key;
}

// The recorder still writes to it.
static async Task<byte[]> ReadSharedAsync(string path)
{
    await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    var bytes = new MemoryStream();
    await file.CopyToAsync(bytes);
    return bytes.ToArray();
}

static async Task<int> RunAsync(params string[] arguments)
{
    using var process = Start(redirectInput: false, arguments);
    await process.WaitForExitAsync();
    return process.ExitCode;
}

// Run as `dotnet Evidence.dll`, the process is dotnet, and the first argument this assembly.
static Process Start(bool redirectInput, params string[] arguments)
{
    string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
    return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. self, .. arguments]) { RedirectStandardInput = redirectInput })!;
}
