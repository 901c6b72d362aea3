using Harmony4.Cli.Terminal;

namespace Harmony4.Cli.Tests;

public sealed class ForgivingWriterTests
{
    [Fact]
    public void Write_TerminalGone_IsDropped()
    {
        using var writer = new ForgivingWriter(new StreamWriter(new Gone()) { AutoFlush = true });
        writer.Write('a');
        writer.Write("text");
        writer.Write(['a', 'b'], 0, 2);
        writer.WriteLine("line");
        writer.Flush();
    }

    private sealed class Gone : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("gone");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("gone");
    }
}
