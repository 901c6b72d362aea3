// Two processes and a file between them: one masks and signs, the other checks the signature, verifies, unmasks.
//   send    <media> <container>      writes the container and, beside it, a detached signature over its SHA-256
//   receive <container> <media>      refuses what is not signed by the public key, or is not whole
// Without arguments it does both, the second in a process of its own.
using System.Diagnostics;
using System.Security.Cryptography;
using Harmony4;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

var folder = Path.Combine(Path.GetTempPath(), "harmony4-masked");
Directory.CreateDirectory(folder);
return args switch
{
    ["send", var media, var container] => await SendAsync(media, container),
    ["receive", var container, var media] => await ReceiveAsync(container, media),
    [] => await DemonstrateAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: MaskedTransport [send <media> <container> | receive <container> <media>]");
    return 2;
}

async Task<int> SendAsync(string media, string path)
{
    using var mask = await LoadMaskAsync(create: true);
    ExportResult export;
    await using (var input = File.OpenRead(media))
    await using (var output = File.Create(path))
    {
        export = await new MediaTransport().ExportAsync(input, output, new ExportOptions { Version = H4mkVersion.V10, Mask = mask });
    }

    // VERI names every byte before it, so a detached COSE signature over it is one over the container.
    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    using var signer = StatementSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
    await File.WriteAllBytesAsync(path + ".sig", signer.Sign(export.Container.Veri!.Value.ToArray(), "MaskedTransport VERI"u8));
    await File.WriteAllTextAsync(Path.Combine(folder, "public.pem"), key.ExportSubjectPublicKeyInfoPem());
    Console.WriteLine($"sent      {export.Container.BlockCount} masked blocks, signed");
    return 0;
}

async Task<int> ReceiveAsync(string path, string media)
{
    var transport = new MediaTransport();
    await using var container = await transport.OpenAsync(H4mkSource.FromFile(path));
    var verification = await transport.VerifyAsync(container);
    using var key = VerificationKey.FromPem(await File.ReadAllTextAsync(Path.Combine(folder, "public.pem")));
    var signature = new StatementVerifier([key]).Verify(await File.ReadAllBytesAsync(path + ".sig"), verification.Veri?.ToArray(), "MaskedTransport VERI"u8);
    if (verification.State != VerificationState.Unsigned || !signature.IsValid)
    {
        Console.Error.WriteLine($"refused   {path}: {verification.State.ToName()}, or the signature does not hold");
        return 1;
    }

    using var mask = await LoadMaskAsync(create: false);
    await using var output = File.Create(media);
    var extract = await transport.ExtractAsync(container, output, new ExtractOptions { Mask = mask });
    Console.WriteLine($"received  {extract.ByteCount} bytes, unmasked; the signature holds");
    return 0;
}

// The secret that both sides have. How it gets from one to the other is theirs to arrange.
async Task<TransportMask> LoadMaskAsync(bool create)
{
    var path = Path.Combine(folder, "shared.key");
    if (create)
    {
        // Nobody else on this machine may read it. A file that is there already would keep its mode.
        File.Delete(path);
        var mode = OperatingSystem.IsWindows() ? (UnixFileMode?)null : UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        await file.WriteAsync(RandomNumberGenerator.GetBytes(32));
    }

    var bytes = await File.ReadAllBytesAsync(path);
    using var key = new MasterKey(bytes);
    CryptographicOperations.ZeroMemory(bytes);
    return new TransportMask(key);
}

async Task<int> DemonstrateAsync()
{
    var (media, path, copy) = (Path.Combine(folder, "media.bin"), Path.Combine(folder, "media.h4mk"), Path.Combine(folder, "copy.bin"));
    await File.WriteAllBytesAsync(media, RandomNumberGenerator.GetBytes(3_000_000));
    if (await SendAsync(media, path) is not 0 || await RunReceiverAsync(path, copy) is not 0)
    {
        return 1;
    }

    var received = await File.ReadAllBytesAsync(copy);
    var same = received.AsSpan().SequenceEqual(File.ReadAllBytes(media));
    Console.WriteLine(same ? "the same  bytes on both sides" : "NOT the same bytes");

    // One byte changed on the way: the receiver refuses.
    await using (var file = new FileStream(path, FileMode.Open))
    {
        file.Position = 1_000_000;
        var original = file.ReadByte();
        file.Position = 1_000_000;
        file.WriteByte((byte)(original ^ 1));
    }

    return same && await RunReceiverAsync(path, copy) is 1 ? 0 : 1;
}

static async Task<int> RunReceiverAsync(string path, string copy)
{
    using var receiver = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), "receive", path, copy]))!;
    await receiver.WaitForExitAsync();
    return receiver.ExitCode;
}

// Run as `dotnet MaskedTransport.dll`, the process is dotnet, and the first argument this assembly.
static string[] Self() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
