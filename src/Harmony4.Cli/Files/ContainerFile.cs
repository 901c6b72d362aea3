using Harmony4.Format;

namespace Harmony4.Cli.Files;

/// <summary>Opens the container that a command works on: a path, an http(s) address, or <c>-</c>.</summary>
internal static class ContainerFile
{
    /// <summary>Bytes of the file header: nothing shorter is a container.</summary>
    public const int ShortestLength = 8;

    public static async Task<H4mkContainer> OpenAsync(string path, CliConsole console, CancellationToken cancellationToken, H4mkContainerOptions? options = null)
    {
        var source = await OpenSourceAsync(path, console, cancellationToken).ConfigureAwait(false);
        H4mkContainer container;
        try
        {
            container = await Located.RunAsync(
                InputFile.NameOf(path),
                async () => await H4mkContainer.OpenAsync(source, options, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (CliException exception) when (exception.InnerException is H4mkFormatException { Code: H4mkErrorCode.BadMagic } && CanBeReadAgain(path))
        {
            // Opening closes its source when it fails. What is media is said to be media; anything else may be a container whose head is damaged.
            var again = await OpenSourceAsync(path, console, cancellationToken).ConfigureAwait(false);
            await using (again.ConfigureAwait(false))
            {
                throw await NoContainer.DetectAsync(again, cancellationToken).ConfigureAwait(false) is { } format ? NoContainer.Fault(path, exception, format) : exception;
            }
        }

        if (source is HttpRangeSource && container.Version == H4mkVersion.V10)
        {
            await console.TellAsync($"harmony4: {InputFile.NameOf(path)}: a 1.0 container has no index of its chunks: walked it in reads of {HttpRangeSource.WalkLength / 1024} KiB").ConfigureAwait(false);
        }

        return container;
    }

    /// <summary>Counts what a source took: requests to a web server, and reads of anything else.</summary>
    public static long CountReads(H4mkSource source) => source is HttpRangeSource web ? web.RequestCount : source.ReadCount;

    /// <summary>Verifies a container; one that cannot be opened is verified as far as its chunks can be told apart.</summary>
    /// <param name="path">The container.</param>
    /// <param name="options">What is required of it.</param>
    /// <param name="console">The standard streams.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="describesOthers">Whether of what is no container it is said what it is.</param>
    public static async Task<VerificationResult> VerifyAsync(string path, VerifyOptions options, CliConsole console, CancellationToken cancellationToken, bool describesOthers = true)
    {
        var source = await OpenSourceAsync(path, console, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            try
            {
                return await Located.RunAsync(
                    console,
                    "verify",
                    [InputFile.NameOf(path)],
                    progress => new MediaTransport().VerifyAsync(source, options, progress, cancellationToken)).ConfigureAwait(false);
            }
            catch (CliException exception) when (describesOthers && exception.InnerException is H4mkFormatException { Code: H4mkErrorCode.BadMagic or H4mkErrorCode.TooShort })
            {
                throw NoContainer.Fault(path, exception, await NoContainer.DetectAsync(source, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    /// <summary>Says of a container that something beside it waits to put it back: whoever reads it may see what no change meant to leave.</summary>
    public static async Task TellOfChangeAsync(string path, CliConsole console)
    {
        if (path != InputFile.StandardStream && !InputFile.TryGetAddress(path, out _) && File.Exists(path) && ContainerEdit.GetUndoPath(path) is var undo && File.Exists(undo))
        {
            await console.TellAsync($"harmony4: {path}: a change of it broke off, or is at work ({Path.GetFileName(undo)} lies beside it): the next append, sign or share undoes what broke off and keeps what is complete; recover takes what was written").ConfigureAwait(false);
        }
    }

    /// <summary>Opens what a container is read from, without looking into it.</summary>
    public static async Task<H4mkSource> OpenSourceAsync(string path, CliConsole console, CancellationToken cancellationToken)
    {
        if (InputFile.TryGetAddress(path, out var address))
        {
            return new HttpRangeSource(WebClient.Instance, address);
        }

        var stream = InputFile.Open(path, console);
        if (!stream.CanSeek)
        {
            return await SpoolAsync(path, stream, cancellationToken).ConfigureAwait(false);
        }

        if (path == InputFile.StandardStream)
        {
            return H4mkSource.FromStream(stream);
        }

        // Reads at positions, which a file of its own gives to several readers at once.
        await stream.DisposeAsync().ConfigureAwait(false);
        return await Located.RunAsync(path, () => Task.FromResult(H4mkSource.FromFile(path))).ConfigureAwait(false);
    }

    // A pipe has given what it had, and opening one again would wait for another writer. It has no length.
    private static bool CanBeReadAgain(string path) => InputFile.TryGetAddress(path, out _) || (path != InputFile.StandardStream && new FileInfo(path) is { Exists: true, Length: > 0 });

    /// <summary>Copies a pipe to a temporary file, since a container is read from its end, or by walking over it. The file goes when it is closed.</summary>
    private static async Task<H4mkSource> SpoolAsync(string path, Stream pipe, CancellationToken cancellationToken)
    {
        var spool = CreateSpool();
        try
        {
            await using (pipe.ConfigureAwait(false))
            {
                await Located.RunAsync(InputFile.NameOf(path), async () =>
                {
                    using var target = new LocatedStream(spool, $"temporary file in {Path.GetTempPath()}", leaveOpen: true);
                    await pipe.CopyToAsync(target, 256 * 1024, cancellationToken).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            }

            return H4mkSource.FromStream(spool);
        }
        catch
        {
            await spool.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static FileStream CreateSpool()
    {
        try
        {
            var spool = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            if (!OperatingSystem.IsWindows())
            {
                // Only Windows deletes it when the process is killed; elsewhere an open file needs no name.
                File.Delete(spool.Name);
            }

            return spool;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Failed($"temporary file in {Path.GetTempPath()}", IOFailure.Describe(exception), exception);
        }
    }
}
