using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Format;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Commands;

internal sealed class ExportCommand : Verb
{
    // META and SAFE are read whole by every reader.
    private const int MaxMetadataLength = 16 * 1024 * 1024;

    private readonly Argument<string[]> _inputs = new("in") { Description = "The media; - for standard input. Several inputs become the tracks of one container.", Arity = ArgumentArity.OneOrMore };
    private readonly SegmenterArguments _segmenter = new();
    private readonly PerInputArguments _perInput = new();
    private readonly OutputArguments _output = new("The container; - for standard output. Default: <in>.h4mk beside the first input.");
    private readonly SummaryLine _summary = new();
    private readonly Option<string?> _spec = new("--spec") { Description = "The version to write: 1.1, or 1.0 for readers of that version only. Default: 1.1; with a mask 1.0." };
    private readonly Option<int?> _pageLog2 = new("--page-log2") { Description = "Blocks in a page of the index, as a binary logarithm of 1 to 14. Default: 12 for fixed-size blocks below 128 KiB, else 10.", CustomParser = r => Values.Number<int>(r) };
    private readonly Option<string?> _meta = new("--meta") { Description = "A file with the JSON object for META.", HelpName = "file" };
    private readonly Option<string?> _safe = new("--safe") { Description = "A file with the JSON object for SAFE.", HelpName = "file" };
    private readonly Option<string?> _maskKey = new("--mask-key-file") { Description = "Lay the mask of version 1.0 over each block, with the key in this file. It is obfuscation, not encryption: --seal-key-file encrypts.", HelpName = "file" };

    private readonly SealArguments _seal = new("Seal each block with the key in this file, of 32 bytes (any of at least 16 will do): who has no key can verify the container and read nothing.");
    private readonly Option<string?> _sealMode = new("--seal-mode") { Description = "With --seal-key-file: a random salt (the default), or a reproducible one, for which the media is read twice." };
    private readonly Option<string[]> _sign = new("--sign") { Description = "Sign the container with the private key in this PEM file; may be given for each signer.", HelpName = "file", Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };

    private readonly Option<string?> _live = new("--live-signatures") { Description = "With --sign: also sign, beside the stream in this file, what closing at a block would give; recover --signatures finds the one that fits.", HelpName = "file" };

    public ExportCommand(CliConsole console)
        : base("export", "Build a container from media.", console)
    {
        _spec.AcceptOnlyFromAmong("1.0", "1.1");
        _sealMode.AcceptOnlyFromAmong("random", "reproducible");
        Add(_inputs);
        Add(_spec);
        Add(_pageLog2);
        Add(_meta);
        Add(_safe);
        Add(_sealMode);
        Add(_sign);
        Add(_live);
        Add(_maskKey);
        _seal.AddTo(this);
        _segmenter.AddTo(this);
        _perInput.AddTo(this);
        _output.AddTo(this);
        _summary.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Build clip.mp4.h4mk.", "harmony4 export clip.mp4"),
        ("Two tracks on one clock.", "harmony4 export clip.mp4 speech.wav -o both.h4mk --language 1=en"),
        ("Record from a pipe; ^C completes the container.", "harmony4 export - -o live.h4mk"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var paths = result.GetValue(_inputs)!;
        if (paths.Count(p => p == InputFile.StandardStream) > 1)
        {
            throw CliException.Usage("standard input (-) can be one input only");
        }

        var version = Version(result);
        using var masterKey = result.GetValue(_maskKey) is { } keyPath ? await KeyFiles.ReadMaskKeyAsync(keyPath, Console, cancellationToken).ConfigureAwait(false) : null;
        using var mask = masterKey is null ? null : new TransportMask(masterKey);
        using var keys = new KeyRing();
        var live = OpenLive(result, keys);
        var options = new ExportOptions
        {
            LiveSignatures = live,
            Seal = await SealAsync(result, keys, cancellationToken).ConfigureAwait(false),
            Authenticators = await SignersAsync(result, keys, cancellationToken).ConfigureAwait(false),
            Segment = _segmenter.Segment(result),
            Version = version,
            PageLog2 = PageLog2(result, _pageLog2),
            Meta = await ReadJsonAsync("--meta", result.GetValue(_meta), cancellationToken).ConfigureAwait(false),
            Safe = await ReadJsonAsync("--safe", result.GetValue(_safe), cancellationToken).ConfigureAwait(false),
            Mask = mask,
        };
        var inputs = _perInput.Describe(result, paths.Length, _segmenter.Options(result));
        using var end = paths.Contains(InputFile.StandardStream) ? Console.ExpectEndOfInput() : null;
        var streams = new List<Stream>();
        try
        {
            foreach (var path in paths)
            {
                var stream = InputFile.Open(path, Console);
                streams.Add(path == InputFile.StandardStream ? new EndableStream(stream, end!.Token) : new LocatedInput(stream, path));
            }

            await ExportAsync(result, paths, [.. inputs.Select((input, i) => input with { Media = streams[i] })], options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var stream in streams)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (end is { Token.IsCancellationRequested: true })
        {
            await Console.TellAsync("harmony4: interrupted: the container is complete, and holds what was read of standard input").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }

        return ExitCode.Done;
    }

    private async Task ExportAsync(ParseResult result, string[] paths, IReadOnlyList<ExportInput> inputs, ExportOptions options, CancellationToken cancellationToken)
    {
        var (name, done) = await WriteAsync(
            _output.Path(result) ?? DefaultOutput(paths[0]),
            _output.Force(result),
            async file => (file.Name, await WorkAsync(paths, progress => new MediaTransport().ExportAsync(inputs, file.Stream, options, progress, cancellationToken)).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        await ReportAsync(result, paths, name, done).ConfigureAwait(false);
        if (options is { Mask: not null, Meta: { } own } && !TransportMetadata.IsMasked(own.Span))
        {
            await Console.TellAsync($"harmony4: {result.GetValue(_meta)}: the blocks are masked, but this META has no \"masked\":true, without which extract does not take the mask off").ConfigureAwait(false);
        }
    }

    private H4mkVersion Version(ParseResult result)
    {
        var isMasked = result.GetValue(_maskKey) is not null;
        var isNew = _seal.KeyPath(result) is not null || result.GetValue(_sign) is { Length: > 0 };
        if (isMasked && isNew)
        {
            throw CliException.Usage("--mask-key-file: the mask belongs to version 1.0, sealing and signing to 1.1: expected one of them");
        }

        return result.GetValue(_spec) switch
        {
            "1.0" when isNew => throw CliException.Usage("--spec 1.0: version 1.0 neither seals nor signs: leave it out for a 1.1 container"),
            "1.0" => H4mkVersion.V10,
            "1.1" when isMasked => throw CliException.Usage("--mask-key-file: the mask belongs to version 1.0; version 1.1 does not mask, it seals: leave --spec out for a masked 1.0 container"),
            null when isMasked => H4mkVersion.V10,
            _ => H4mkVersion.V11,
        };
    }

    private async Task<SealOptions?> SealAsync(ParseResult result, KeyRing keys, CancellationToken cancellationToken)
    {
        var seal = await _seal.ReadAsync(result, keys, Console, cancellationToken).ConfigureAwait(false);
        var mode = result.GetValue(_sealMode);
        return seal is not null ? seal with { SaltMode = mode == "reproducible" ? SealSaltMode.Reproducible : SealSaltMode.Random }
            : mode is null ? null
            : throw CliException.Usage("--seal-mode goes with --seal-key-file");
    }

    /// <summary>Opens the file of live signatures under its own name: it must be there when the process is killed.</summary>
    private FileStream? OpenLive(ParseResult result, KeyRing keys)
    {
        if (result.GetValue(_live) is not { } path)
        {
            return null;
        }

        if (result.GetValue(_sign) is not { Length: > 0 })
        {
            throw CliException.Usage("--live-signatures goes with --sign: the key to sign with");
        }

        string?[] others = [.. result.GetValue(_inputs)!, .. result.GetValue(_sign)!, _seal.KeyPath(result), _output.Path(result)];
        if (others.Any(o => o is not null && System.IO.Path.GetFullPath(o) == System.IO.Path.GetFullPath(path)))
        {
            throw CliException.Usage($"--live-signatures: {path} is another file of this run, which would be overwritten");
        }

        if (File.Exists(path) && !_output.Force(result))
        {
            throw CliException.Usage($"{path}: exists already; --force overwrites it");
        }

        try
        {
            return keys.Own(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Failed(path, IOFailure.Describe(exception), exception);
        }
    }

    private async Task<IReadOnlyList<IRootAuthenticator>> SignersAsync(ParseResult result, KeyRing keys, CancellationToken cancellationToken)
    {
        var signers = new List<IRootAuthenticator>();
        foreach (var path in result.GetValue(_sign) ?? [])
        {
            signers.Add(new RootSigner(keys.Own(await KeyFiles.ReadSignerAsync(path, certificates: null, Console, cancellationToken).ConfigureAwait(false))));
        }

        return signers;
    }

    public static int? PageLog2(ParseResult result, Option<int?> option) => result.GetValue(option) is var value and (null or (>= 1 and <= 14))
        ? value
        : throw CliException.Usage($"--page-log2: expected 1 to 14, found {result.GetValue(option)}");

    /// <summary>Says what the user should know of the inputs.</summary>
    public static async Task TellOfInputsAsync(CliConsole console, string[] paths, IReadOnlyList<ExportedInput> inputs, SegmenterOptions options)
    {
        foreach (var (path, input) in paths.Zip(inputs))
        {
            if (input.Hint is { } hint)
            {
                await console.TellAsync($"harmony4: {InputFile.NameOf(path)}: {hint}").ConfigureAwait(false);
            }

            if (input.Notice is { } notice)
            {
                var rest = notice.IsRestOpaque ? "; what follows is transported as opaque blocks" : "";
                await console.TellAsync($"harmony4: {InputFile.NameOf(path)}: {notice.Offset}: {input.Segment}: {notice.Message}{rest}").ConfigureAwait(false);
            }

            if (input.AreTimesCounted && input.Length > 0)
            {
                await console.TellAsync($"harmony4: {InputFile.NameOf(path)}: its times are counted, {options.FrameRate} blocks a second, and not the media's: --fps tells the rate, and media in a format that --segment names has times of its own").ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadJsonAsync(string name, string? path, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return null;
        }

        var bytes = await InputFile.ReadAllAsync(path, MaxMetadataLength, Console, cancellationToken).ConfigureAwait(false);
        return JsonText.IsObject(bytes) ? bytes : throw CliException.Usage($"{name}: {path} is not a JSON object in UTF-8 of at most 512 levels");
    }

    private string DefaultOutput(string input) =>
        input != InputFile.StandardStream ? input + ".h4mk"
        : Console.IsOutputTerminal ? throw CliException.Usage("-o is needed when the media comes from standard input and standard output is a terminal")
        : InputFile.StandardStream;

    private async Task ReportAsync(ParseResult result, string[] paths, string output, ExportResult done)
    {
        await TellOfInputsAsync(Console, paths, done.Inputs, _segmenter.Options(result)).ConfigureAwait(false);
        var container = done.Container;
        var segments = string.Join(", ", done.Inputs.Select(i => i.Segment).Distinct());
        var root = container.Identity is { } identity ? $", root {identity}" : "";
        await _summary.TellAsync(
            result,
            Console,
            $"{output}: version {container.Version.ToName()}, {container.Length} bytes, {container.Tracks.Count} tracks ({segments}), {container.BlockCount} blocks, {container.KeyframeCount} keyframes{root}").ConfigureAwait(false);
    }
}
