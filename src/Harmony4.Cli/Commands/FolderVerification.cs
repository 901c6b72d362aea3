using System.Globalization;
using System.Text.Json;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

/// <summary><c>verify</c> of many files: a line for each, and a summary. One bad file never ends the report.</summary>
internal sealed class FolderVerification
{
    private readonly CliConsole _console;
    private readonly VerifyOptions _options;
    private readonly bool _json;
    private readonly Dictionary<VerificationState, long> _states = [];
    private long _unreadable;
    private long _skipped;
    private bool _isNamedOneNoContainer;

    public FolderVerification(CliConsole console, VerifyOptions options, bool json)
    {
        _console = console;
        _options = options;
        _json = json;
    }

    public async Task<int> RunAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                await VerifyFolderAsync(path, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await VerifyFileAsync(path, isNamed: true, cancellationToken).ConfigureAwait(false);
            }
        }

        await SummarizeAsync(cancellationToken).ConfigureAwait(false);
        return Count(VerificationState.Invalid) + Count(VerificationState.Incomplete) + Count(VerificationState.Unverified) > 0 ? ExitCode.No
            : _unreadable > 0 || _isNamedOneNoContainer ? ExitCode.Failed
            : ExitCode.Done;
    }

    private async Task VerifyFolderAsync(string folder, CancellationToken cancellationToken)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await ReportUnreadableAsync($"{folder}: {IOFailure.Describe(exception)}").ConfigureAwait(false);
            return;
        }

        foreach (var entry in entries.OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, entry.Name);
            if (entry.Name.StartsWith('.'))
            {
                _skipped++;
            }
            else if (entry is not DirectoryInfo)
            {
                await VerifyFileAsync(path, isNamed: false, cancellationToken).ConfigureAwait(false);
            }
            else if (entry.LinkTarget is null)
            {
                await VerifyFolderAsync(path, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // A link to a folder may lead back to where it stands.
                _skipped++;
            }
        }
    }

    private async Task VerifyFileAsync(string path, bool isNamed, CancellationToken cancellationToken)
    {
        try
        {
            // Opening a pipe would wait for its other end; it has no length, and no file shorter than a header is a container.
            if (!isNamed && new FileInfo(path).Length < ContainerFile.ShortestLength)
            {
                _skipped++;
                return;
            }

            var verification = await ContainerFile.VerifyAsync(path, _options, _console, cancellationToken, describesOthers: isNamed).ConfigureAwait(false);
            _states[verification.State] = Count(verification.State) + 1;
            await ReportAsync(path, verification, cancellationToken).ConfigureAwait(false);
            await ContainerFile.TellOfChangeAsync(path, _console).ConfigureAwait(false);
        }
        catch (CliException exception) when (exception.InnerException is H4mkFormatException { Code: H4mkErrorCode.TooShort or H4mkErrorCode.BadMagic or H4mkErrorCode.BadVersion or H4mkErrorCode.BadReserved })
        {
            _skipped++;
            if (isNamed)
            {
                _isNamedOneNoContainer = true;
                await _console.TellAsync($"harmony4: {exception.Message}").ConfigureAwait(false);
            }
        }
        catch (CliException exception) when (exception.ExitCode == ExitCode.Failed)
        {
            await ReportUnreadableAsync(exception.Message).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await ReportUnreadableAsync($"{path}: {IOFailure.Describe(exception)}").ConfigureAwait(false);
        }
    }

    private async Task ReportUnreadableAsync(string message)
    {
        _unreadable++;
        await _console.TellAsync($"harmony4: {message}").ConfigureAwait(false);
    }

    private async Task ReportAsync(string path, VerificationResult verification, CancellationToken cancellationToken)
    {
        if (_json)
        {
            await JsonText.WriteAsync(_console, writer => verification.WriteTo(writer, path), cancellationToken).ConfigureAwait(false);
            return;
        }

        _console.Output.WriteLine($"{verification.State.ToName(),-10} {Terminal.TerminalText.Printable(path)}");
        if (verification.FindingCount > 0)
        {
            VerifyCommand.PrintFindings(_console.Output, verification);
        }
    }

    private async Task SummarizeAsync(CancellationToken cancellationToken)
    {
        if (_json)
        {
            await JsonText.WriteAsync(_console, WriteSummary, cancellationToken).ConfigureAwait(false);
            return;
        }

        _console.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Files} files: {Count(VerificationState.Valid)} valid, {Count(VerificationState.Unsigned)} unsigned, {Count(VerificationState.Invalid)} invalid, {Count(VerificationState.Incomplete)} incomplete, {Count(VerificationState.Unverified)} unverified, {_unreadable} unreadable; {_skipped} skipped"));
    }

    private long Files => _states.Values.Sum() + _unreadable;

    private void WriteSummary(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("files"u8, Files);
        foreach (var state in (VerificationState[])[VerificationState.Valid, VerificationState.Unsigned, VerificationState.Invalid, VerificationState.Incomplete, VerificationState.Unverified])
        {
            writer.WriteNumber(state.ToName(), Count(state));
        }

        writer.WriteNumber("unreadable"u8, _unreadable);
        writer.WriteNumber("skipped"u8, _skipped);
        writer.WriteEndObject();
    }

    private long Count(VerificationState state) => _states.GetValueOrDefault(state);
}
