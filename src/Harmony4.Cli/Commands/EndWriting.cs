using System.IO.Pipelines;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

/// <summary>Adds SIGN chunks to a container, in place or to another file: what <c>sign</c> and <c>share</c> have in common.</summary>
internal static class EndWriting
{
    public static async Task RunAsync(
        CliConsole console, string path, string? target, bool overwrite, Func<H4mkContainer, Task<IReadOnlyList<SignContent>>> sign, CancellationToken cancellationToken)
    {
        if (target is null && (path == InputFile.StandardStream || InputFile.TryGetAddress(path, out _)))
        {
            throw CliException.Usage($"{InputFile.NameOf(path)}: cannot be changed in place; write the container with -o");
        }

        if (target is null && await Located.RunAsync(path, () => ContainerEdit.TryUndoAsync(path, cancellationToken)).ConfigureAwait(false))
        {
            await console.TellAsync($"harmony4: {path}: an earlier change had broken off and is undone").ConfigureAwait(false);
        }

        var container = await ContainerFile.OpenAsync(path, console, cancellationToken).ConfigureAwait(false);
        await using (container.ConfigureAwait(false))
        {
            if (container.Version == H4mkVersion.V10)
            {
                throw CliException.Usage($"{InputFile.NameOf(path)}: is of version 1.0, which has no root that could be signed; upgrade it first");
            }

            await Located.RunAsync(InputFile.NameOf(path), async () =>
            {
                var signs = await sign(container).ConfigureAwait(false);
                await (target is null
                    ? InPlaceAsync(console, container, path, signs, cancellationToken)
                    : CopyAsync(console, container, signs, target, overwrite, cancellationToken)).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
    }

    private static async Task InPlaceAsync(CliConsole console, H4mkContainer container, string path, IReadOnlyList<SignContent> signs, CancellationToken cancellationToken)
    {
        // What cannot be written must be known before the file is touched.
        await H4mkSigning.WriteEndAsync(container, signs, Stream.Null, cancellationToken).ConfigureAwait(false);
        console.IsChangingInPlace = true;
        var edit = await ContainerEdit.BeginAsync(path, async cancellation =>
        {
            // Another change may have been quicker.
            var now = await H4mkContainer.OpenAsync(path, cancellationToken: cancellation).ConfigureAwait(false);
            await using (now.ConfigureAwait(false))
            {
                return now.FileDigest == container.FileDigest ? H4mkSigning.GetEndOffset(now) : throw new IOException("the file was changed meanwhile");
            }
        }, cancellationToken).ConfigureAwait(false);
        await using (edit.ConfigureAwait(false))
        {
            await H4mkSigning.WriteEndAsync(container, signs, edit.Stream, cancellationToken).ConfigureAwait(false);
            await edit.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(CliConsole console, H4mkContainer container, IReadOnlyList<SignContent> signs, string target, bool overwrite, CancellationToken cancellationToken)
    {
        var file = OutputFile.Create(target, overwrite, console);
        await using (file.ConfigureAwait(false))
        {
            var copy = PipeWriter.Create(file.Stream, new StreamPipeWriterOptions(leaveOpen: true));
            await new MediaTransport().CopySourceAsync(container.Source, 0, H4mkSigning.GetEndOffset(container), copy, cancellationToken).ConfigureAwait(false);
            await copy.CompleteAsync().ConfigureAwait(false);
            await H4mkSigning.WriteEndAsync(container, signs, file.Stream, cancellationToken).ConfigureAwait(false);
            await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
