using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Makes a sound container of a recording that was cut or damaged.</summary>
/// <remarks>
/// <para>
/// Of a prefix of a recording the result is, byte for byte, what closing the recording behind its last whole block would have given. Damage inside costs
/// only the blocks that it touches: they become lost blocks, without bytes, so that the ordinals of the others stay. What is written follows from the
/// sound blocks alone; SIGN chunks are not kept.
/// </para>
/// <para>
/// The file is read once, and before that its chain of headers with the index. Memory does not grow with its length but for 40 bytes for each page of the index and what <see cref="H4mkRecoveryOptions.MaxListed"/> allows.
/// Never more blocks are added than the file's bytes by 48.
/// </para>
/// </remarks>
public static class H4mkRecovery
{
    /// <summary>Recovers a recording.</summary>
    /// <param name="source">The file; it is not changed, and stays open.</param>
    /// <param name="output">A stream that can write. Verify what it received before relying on it.</param>
    /// <param name="options">What to use for damaged chunks, and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told how far the work is: the file counts twice.</param>
    /// <param name="cancellationToken">Cancels the recovery, and leaves the output cut.</param>
    /// <returns>What was written and what was lost.</returns>
    /// <exception cref="ArgumentException">The output cannot write, or TRAK, META or SAFE given cannot be written.</exception>
    /// <exception cref="H4mkFormatException">
    /// Nothing can be recovered: the file is no container, is of version 1.0 alone, or its TRAK, META or SAFE is damaged and was not given. Nothing was written then.
    /// Or a limit is passed.
    /// </exception>
    /// <exception cref="IOException">The source or the output failed.</exception>
    public static async ValueTask<H4mkRecoveryReport> RecoverAsync(
        H4mkSource source,
        Stream output,
        H4mkRecoveryOptions? options = null,
        IProgress<VerificationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(output);
        if (!output.CanWrite)
        {
            throw new ArgumentException("the stream must be able to write", nameof(output));
        }

        options ??= new H4mkRecoveryOptions();
        var length = (await source.ReadTailAsync(new byte[1], cancellationToken).ConfigureAwait(false)).Length;
        var log = new RecoveryLog(options.MaxListed);
        var head = await RecoveryHead.ReadAsync(source, length, options, log, cancellationToken).ConfigureAwait(false);
        var pages = new RecoveredPages(source, head.Tracks, options.Limits);
        await new RecoveryWalk(source, length, pages).SkimAsync(head.BodyOffset, Half(progress, length, done: 0), cancellationToken).ConfigureAwait(false);

        using var writer = new RecoveredWriter(source, length, output, head, pages, options, log);
        await writer.BeginAsync(cancellationToken).ConfigureAwait(false);
        var walk = new RecoveryWalk(source, length, writer);
        await walk.RunAsync(head.BodyOffset, options.Limits, Half(progress, length, done: length), cancellationToken).ConfigureAwait(false);
        var summary = await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return log.ToReport(summary, writer.SoundCount, walk.CutOffset ?? head.CutOffset);
    }

    private static TwicePassed? Half(IProgress<VerificationProgress>? progress, long length, long done) => progress is null ? null : new TwicePassed(progress, length, done);

    private sealed class TwicePassed(IProgress<VerificationProgress> progress, long length, long done) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => progress.Report(new VerificationProgress(done + value.BytesRead, 2 * length));
    }
}
