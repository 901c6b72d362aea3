using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Files;

/// <summary>Reads the key files that a command is given. What a message says of one is its name, never its contents.</summary>
internal static class KeyFiles
{
    private const int MaxLength = 1024 * 1024;

    public static Task<MasterKey> ReadMaskKeyAsync(string path, CliConsole console, CancellationToken cancellationToken) =>
        ReadAsync(path, console, static bytes => KeyFile.ReadMasterKey(bytes), cancellationToken);

    public static Task<SealKey> ReadSealKeyAsync(string path, CliConsole console, CancellationToken cancellationToken) =>
        ReadAsync(path, console, static bytes => SealKey.Read(bytes), cancellationToken);

    /// <summary>Reads a private key, or with a certificate file the certificate whose key it is, and the chain behind it.</summary>
    public static Task<StatementSigner> ReadSignerAsync(string path, string? certificates, CliConsole console, CancellationToken cancellationToken) =>
        ReadPemAsync(path, console, pem => certificates is null ? Task.FromResult(StatementSigner.FromPem(pem)) : WithCertificateAsync(pem, certificates, console, cancellationToken), cancellationToken);

    public static Task<VerificationKey> ReadPublicKeyAsync(string path, CliConsole console, CancellationToken cancellationToken) =>
        ReadPemAsync(path, console, static pem => Task.FromResult(VerificationKey.FromPem(pem)), cancellationToken);

    /// <summary>Reads the certificates that chains have to lead to. They have to be valid now.</summary>
    public static Task<CertificateTrust> ReadTrustAsync(string path, CliConsole console, CancellationToken cancellationToken) =>
        ReadPemAsync(path, console, static pem => Task.FromResult(new CertificateTrust(ReadCertificates(pem), TimeProvider.System.GetUtcNow())), cancellationToken);

    private static async Task<StatementSigner> WithCertificateAsync(char[] key, string path, CliConsole console, CancellationToken cancellationToken)
    {
        var pem = await InputFile.ReadAllAsync(path, MaxLength, console, cancellationToken).ConfigureAwait(false);
        try
        {
            var certificates = ReadCertificates(Encoding.UTF8.GetChars(pem));
            using var own = X509Certificate2.CreateFromPem(certificates[0].ExportCertificatePem(), key);
            return StatementSigner.FromCertificate(own, certificates.Skip(1));
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw new CliException(ExitCode.Usage, $"{InputFile.NameOf(path)}: expected the certificate of the key first and then the chain behind it, in PEM, found none that fits", exception);
        }
    }

    private static List<X509Certificate2> ReadCertificates(char[] pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates.Count > 0 ? [.. certificates] : throw new ArgumentException("expected a certificate in PEM, found none");
    }

    private static async Task<T> ReadAsync<T>(string path, CliConsole console, Func<byte[], T> read, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAllAsync(path, MaxLength, console, cancellationToken).ConfigureAwait(false);
        try
        {
            return read(bytes);
        }
        catch (CryptographicException exception)
        {
            throw new CliException(ExitCode.Usage, $"{InputFile.NameOf(path)}: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static async Task<T> ReadPemAsync<T>(string path, CliConsole console, Func<char[], Task<T>> read, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAllAsync(path, MaxLength, console, cancellationToken).ConfigureAwait(false);
        var pem = Encoding.UTF8.GetChars(bytes);
        try
        {
            return await read(pem).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            var message = exception.Message.Split(" (Parameter '")[0];
            throw new CliException(ExitCode.Usage, $"{InputFile.NameOf(path)}: {message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            pem.AsSpan().Clear();
        }
    }
}
