using System.Diagnostics.CodeAnalysis;

namespace Harmony4.Cli.Files;

/// <summary>Opens what a command reads: a path, or <c>-</c> for standard input.</summary>
internal static class InputFile
{
    public const string StandardStream = "-";

    public static Stream Open(string path, CliConsole console)
    {
        if (path == StandardStream)
        {
            return console.OpenInput();
        }

        if (Address.FaultOf(path) is { } fault)
        {
            throw CliException.Usage(fault);
        }

        if (Address.SchemeOf(path) is not null)
        {
            throw CliException.Usage($"{NameOf(path)}: only a container can be an address; pipe media in, with - for its name");
        }

        if (Directory.Exists(path))
        {
            throw CliException.Failed(path, "is a directory");
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Failed(path, IOFailure.Describe(exception), exception);
        }
    }

    public static bool TryGetAddress(string path, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(path, UriKind.Absolute, out address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);

    /// <summary>Returns what messages call an input. The query and the user part of an address stay out: they may hold secrets, and messages end in logs.</summary>
    public static string NameOf(string path) =>
        path == StandardStream ? "standard input"
        : Address.SchemeOf(path) is not null && Uri.TryCreate(path.Split('?', '#')[0], UriKind.Absolute, out var address) ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
        : path;

    public static Task<byte[]> ReadAllAsync(string path, long limit, CliConsole console, CancellationToken cancellationToken) =>
        ReadAllAsync(Open(path, console), path, limit, cancellationToken);

    /// <summary>Reads an opened input to its end, and closes it.</summary>
    public static async Task<byte[]> ReadAllAsync(Stream input, string path, long limit, CancellationToken cancellationToken)
    {
        await using (input.ConfigureAwait(false))
        {
            return await Located.RunAsync(NameOf(path), async () =>
            {
                var bytes = new MemoryStream();
                var buffer = new byte[16 * 1024];
                int count;
                while ((count = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    bytes.Write(buffer, 0, count);
                    if (bytes.Length > limit)
                    {
                        throw new IOException($"expected at most {limit} bytes, found more");
                    }
                }

                return bytes.ToArray();
            }).ConfigureAwait(false);
        }
    }
}
