using System.CommandLine;
using Harmony4.Cli.Files;
using Harmony4.Transport.Crypto;

namespace Harmony4.Cli.Commands;

internal sealed class MaskCommand : Verb
{
    private const int DefaultBlockSize = 256 * 1024;

    private readonly Argument<string> _input = new("in") { Description = "Any bytes; - for standard input." };
    private readonly OutputArguments _output = new("The file to write, with the masked bytes; - for standard output.", required: true);
    private readonly Option<string> _key = new("--key-file") { Description = "The key: hex text, or raw bytes.", HelpName = "file", Required = true };

    private readonly Option<long> _blockSize = new("--block-size")
    {
        Description = "The mask begins anew with every block of this length.",
        DefaultValueFactory = _ => DefaultBlockSize,
        CustomParser = Values.Size,
    };

    public MaskCommand(CliConsole console)
        : base("mask", "Lay the 1.0 transport mask over a file, block by block; a second time takes it off. It is obfuscation, not encryption: to hide what media says, export it with --seal-key-file.", console)
    {
        Add(_input);
        Add(_key);
        Add(_blockSize);
        _output.AddTo(this);
    }

    public override IReadOnlyList<(string Purpose, string Line)> Examples =>
    [
        ("Mask a file; the same line over the result takes the mask off.", "harmony4 mask clip.mp4 --key-file case.key -o masked.bin"),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var path = result.GetValue(_input)!;
        var size = result.GetValue(_blockSize);
        if (size is < 1 or > uint.MaxValue)
        {
            throw CliException.Usage($"--block-size: expected 1 to {uint.MaxValue}, found {size}");
        }

        using var masterKey = await KeyFiles.ReadMaskKeyAsync(result.GetValue(_key)!, Console, cancellationToken).ConfigureAwait(false);
        using var mask = new TransportMask(masterKey);
        var source = InputFile.Open(path, Console);
        await using (source.ConfigureAwait(false))
        {
            await WriteAsync(
                _output.Path(result)!,
                _output.Force(result),
                file => WorkAsync(path, progress => new MediaTransport().MaskAsync(source, file.Stream, mask, size, progress, cancellationToken)),
                cancellationToken).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }
}
