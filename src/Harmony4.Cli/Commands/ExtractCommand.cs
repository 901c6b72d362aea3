using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Commands;

internal sealed class ExtractCommand : Verb
{
    private readonly Argument<string> _container = new("container") { Description = "A path, an http(s) address, or - for standard input." };
    private readonly OutputArguments _output = new("Where the track stream or container goes. Default: standard output.");
    private readonly Option<int?> _track = new("--track") { Description = "The track's id. Default: the first track.", CustomParser = r => Values.Number<int>(r) };
    private readonly Option<long?> _block = new("--block") { Description = "Only this block, counted from 0.", CustomParser = r => Values.Number<long>(r) };
    private readonly Option<ulong?> _from = new("--from") { Description = "Start with the keyframe at or before this time, or with the first block when there is none.", CustomParser = r => Values.Time(r) };
    private readonly Option<ulong?> _to = new("--to") { Description = "End before the first keyframe at or after this time.", CustomParser = r => Values.Time(r) };
    private readonly Option<bool> _noInit = new("--no-init") { Description = "With --from: leave out the first block, which holds what a player needs first." };
    private readonly Option<bool> _asContainer = new("--container") { Description = "Write the track as a container of its own, with the same Merkle root." };
    private readonly ProofArguments _proof = new("With --block: write a proof that the block is in the container to this file.");
    private readonly Option<string?> _maskKey = new("--mask-key-file") { Description = "Take off the mask that export laid over the blocks, with the key in this file.", HelpName = "file" };

    private readonly Option<string?> _receipt = new("--receipt") { Description = "With --block: write a receipt of the block to this file, which any COSE library checks; sign --receipts comes before.", HelpName = "file" };
    private readonly Option<string?> _sealKey = new("--seal-key-file") { Description = "Open the sealed blocks with the key in this file.", HelpName = "file" };

    public ExtractCommand(CliConsole console)
        : base("extract", "Write the track stream, or a part of it. Every block is checked before it is written.", console)
    {
        Add(_container);
        Add(_track);
        Add(_block);
        Add(_from);
        Add(_to);
        Add(_noInit);
        Add(_asContainer);
        Add(_maskKey);
        Add(_sealKey);
        Add(_receipt);
        _proof.AddTo(this);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("The media again, byte for byte.", "harmony4 extract clip.mp4.h4mk -o again.mp4"),
        ("From the keyframe at or before five seconds on, into a pipe or file.", "harmony4 extract clip.mp4.h4mk --from 5s > late.mp4"),
        ("What the key opens.", "harmony4 extract case.h4mk --seal-key-file case.key -o opened.mp4"),
    ];

    public override string? MeaningOfNo => "the seal key is none of the container's, or the track has no receipts key";

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = ReadOptions(result);
        var path = result.GetValue(_container)!;
        var name = InputFile.NameOf(path);
        using var masterKey = result.GetValue(_maskKey) is { } keyPath ? await KeyFiles.ReadMaskKeyAsync(keyPath, Console, cancellationToken).ConfigureAwait(false) : null;
        using var mask = masterKey is null ? null : new TransportMask(masterKey);
        var opened = await OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            if (mask is not null && !await LocateAsync(path, () => IsMaskedAsync(opened, cancellationToken)).ConfigureAwait(false))
            {
                throw CliException.Usage($"{name}: the container is not masked (its META does not say so): --mask-key-file would spoil its blocks");
            }

            using var sealKey = result.GetValue(_sealKey) is { } sealPath ? await KeyFiles.ReadSealKeyAsync(sealPath, Console, cancellationToken).ConfigureAwait(false) : null;
            using var keys = sealKey is null ? null : await LocateAsync(path, () => SealKeys.RequireAsync(opened, sealKey, name, cancellationToken)).ConfigureAwait(false);
            if (keys is null && ContainerKeys.IsSealed(opened) && !result.GetValue(_asContainer))
            {
                await Console.TellAsync($"harmony4: {name}: the container is sealed: its blocks are written as they are stored; --seal-key-file opens them").ConfigureAwait(false);
            }

            if (keys is not null && !keys.Authenticates(opened))
            {
                await Console.TellAsync($"harmony4: {name}: no code over the root verifies under the seal key: blocks may be missing; verify --seal-key-file says more").ConfigureAwait(false);
            }

            options = options with { Mask = mask, Keys = keys };
            if (!_output.Force(result) && !result.GetValue(_asContainer) && !await LocateAsync(path, () => new MediaTransport().PlaysAloneAsync(opened, options, cancellationToken).AsTask()).ConfigureAwait(false))
            {
                throw CliException.Usage($"{name}: the tables of an MP4 name positions in the whole file, so a part of it does not play by itself: --force writes it all the same");
            }

            var proof = await LocateAsync(path, () => _proof.StageAsync(
                result,
                opened,
                Console,
                () => opened.ProveBlockAsync(opened.GetTrack(options.Track).Id, options.Block!.Value, cancellationToken),
                _output.Force(result),
                cancellationToken)).ConfigureAwait(false);
            try
            {
                await WriteReceiptAsync(result, path, opened, options, cancellationToken).ConfigureAwait(false);
                await ExtractAsync(result, path, opened, options, cancellationToken).ConfigureAwait(false);
                if (proof is not null)
                {
                    await proof.CompleteAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                if (proof is not null)
                {
                    await proof.DisposeAsync().ConfigureAwait(false);
                }
            }
        }

        return ExitCode.Done;
    }

    private async Task ExtractAsync(ParseResult result, string path, H4mkContainer opened, ExtractOptions options, CancellationToken cancellationToken)
    {
        await WriteAsync(
            _output.Path(result) ?? InputFile.StandardStream,
            _output.Force(result),
            file => WorkAsync(path, async progress =>
            {
                var transport = new MediaTransport();
                if (result.GetValue(_asContainer))
                {
                    await transport.ExtractContainerAsync(opened, file.Stream, options.Track, progress, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    var done = await transport.ExtractAsync(opened, file.Stream, options, progress, cancellationToken).ConfigureAwait(false);
                    if (done.LostCount > 0)
                    {
                        await Console.TellAsync($"harmony4: {InputFile.NameOf(path)}: {done.LostCount} of {done.BlockCount} blocks were lost before: the output goes on without their bytes").ConfigureAwait(false);
                    }
                }

                return true;
            }),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteReceiptAsync(ParseResult result, string path, H4mkContainer opened, ExtractOptions options, CancellationToken cancellationToken)
    {
        if (result.GetValue(_receipt) is not { } target)
        {
            return;
        }

        if (opened.Version == H4mkVersion.V10)
        {
            throw CliException.Usage("--receipt: a 1.0 container has no tree that a receipt could be of");
        }

        var receipts = await LocateAsync(path, () => new MediaTransport().MakeReceiptsAsync(opened, options.Block!.Value, options.Track, cancellationToken)).ConfigureAwait(false);
        if (receipts.Count == 0)
        {
            throw new CliException(ExitCode.No, $"{InputFile.NameOf(path)}: the track has no receipts key; sign --receipts adds one");
        }

        await WriteAsync(
            target,
            _output.Force(result),
            file => file.Stream.WriteAsync(receipts[0], cancellationToken).AsTask(),
            cancellationToken).ConfigureAwait(false);
    }

    private ExtractOptions ReadOptions(ParseResult result)
    {
        var options = new ExtractOptions
        {
            Track = result.GetValue(_track),
            Block = result.GetValue(_block),
            From = result.GetValue(_from),
            To = result.GetValue(_to),
            IncludeInit = !result.GetValue(_noInit),
        };
        if (_proof.Path(result) is not null && options.Block is null)
        {
            throw CliException.Usage("--proof goes with --block: it proves one block");
        }

        if (result.GetValue(_receipt) is not null && options.Block is null)
        {
            throw CliException.Usage("--receipt goes with --block: it is of one block");
        }

        _proof.RequireApartFrom(result, _output.Path(result) ?? InputFile.StandardStream);

        if (result.GetValue(_asContainer)
            && (options is not { Block: null, From: null, To: null, IncludeInit: true } || result.GetValue(_maskKey) is not null || result.GetValue(_sealKey) is not null))
        {
            throw CliException.Usage("--container takes a whole track as it is: expected none of --block, --from, --to, --no-init and key files");
        }

        return options;
    }

    private static async Task<bool> IsMaskedAsync(H4mkContainer container, CancellationToken cancellationToken)
    {
        var meta = await container.ReadMetaAsync(cancellationToken).ConfigureAwait(false);
        return meta is { } json && TransportMetadata.IsMasked(json.Span);
    }
}
