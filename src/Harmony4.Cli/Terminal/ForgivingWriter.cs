using System.Text;

namespace Harmony4.Cli.Terminal;

/// <summary>A terminal that may go away: what it no longer takes is dropped. The progress bar draws on threads of its own, where an exception would end the process.</summary>
internal sealed class ForgivingWriter : TextWriter
{
    private readonly TextWriter _inner;

    public ForgivingWriter(TextWriter inner)
        : base(inner.FormatProvider) => _inner = inner;

    public override Encoding Encoding => _inner.Encoding;

    public override void Write(char value) => Attempt(() => _inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Attempt(() => _inner.Write(buffer, index, count));

    public override void Write(string? value) => Attempt(() => _inner.Write(value));

    public override void Flush() => Attempt(_inner.Flush);

    private static void Attempt(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // The work goes on without anybody watching.
        }
    }
}
