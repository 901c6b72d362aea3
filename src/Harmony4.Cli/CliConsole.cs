using System.Text;
using Harmony4.Cli.Files;
using Harmony4.Cli.Terminal;
using Microsoft.Win32.SafeHandles;

namespace Harmony4.Cli;

/// <summary>The standard streams, and what is known of them. Tests give their own.</summary>
internal sealed class CliConsole : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly Func<Stream> _openInput;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _inputEnd;
    private volatile bool _isChangingInPlace;

    public CliConsole(Func<Stream> openInput, Stream output, TextWriter error, bool isOutputTerminal = false, bool isErrorTerminal = false)
    {
        _openInput = openInput;
        RawOutput = new LocatedStream(output, "standard output", leaveOpen: true, isStandardOutput: true);
        Output = new StreamWriter(RawOutput, Utf8, bufferSize: 16 * 1024, leaveOpen: true) { NewLine = "\n" };
        Error = error;
        IsOutputTerminal = isOutputTerminal;
        IsErrorTerminal = isErrorTerminal;
    }

    /// <summary>Standard output as bytes; its failures name it. Text goes through <see cref="Output"/>; a command uses one of the two.</summary>
    public Stream RawOutput { get; }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public bool IsOutputTerminal { get; }

    public bool IsErrorTerminal { get; }

    /// <summary>Gets or sets whether a file is being changed in place. The command puts it back when it is interrupted, and reads nothing meanwhile that could hold it up.</summary>
    public bool IsChangingInPlace
    {
        get => _isChangingInPlace;
        set => _isChangingInPlace = value;
    }

    public static CliConsole System() => new(
        OpenStandardInput,
        OpenStandardOutput(),
        new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true, NewLine = "\n" },
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected);

    public Stream OpenInput() => _openInput();

    /// <summary>Announces that the command completes its output when standard input ends: until the source is disposed, an interrupt ends the input first.</summary>
    public CancellationTokenSource ExpectEndOfInput()
    {
        lock (_lock)
        {
            return _inputEnd = new CancellationTokenSource();
        }
    }

    /// <summary>Ends standard input, if the command at work expects that and it has not happened yet.</summary>
    public bool TryEndInput()
    {
        CancellationTokenSource? end;
        lock (_lock)
        {
            end = _inputEnd;
            _inputEnd = null;
        }

        try
        {
            end?.Cancel();
            return end is not null;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Writes one line to stderr, without what could drive a terminal: names of files and bytes of containers are in it.</summary>
    public async Task TellAsync(string message)
    {
        try
        {
            await Error.WriteLineAsync(TerminalText.Printable(message).Trim()).ConfigureAwait(false);
            await Error.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nobody hears it on a stderr that is closed or full; the exit code still tells.
        }
    }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }

    // Unlike the console's stream, a file stream over the handle can seek when the input is a redirected file.
    private static Stream OpenStandardInput() => OperatingSystem.IsWindows()
        ? Console.OpenStandardInput()
        : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    // The console's stream takes a closed pipe for a success and would let a long extraction run on for nobody. A file stream says it,
    // but writes at positions of its own, which a file shared with other programs must not have.
    private static Stream OpenStandardOutput()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!output.CanSeek)
            {
                return output;
            }
        }

        return Console.OpenStandardOutput();
    }
}
