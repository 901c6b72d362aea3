using System.Buffers;
using System.Text.Json;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Commands;

/// <summary>Writes token streams: raw, or as one JSON object a line.</summary>
internal static class TokenOutput
{
    private const int BufferLength = 64 * 1024;

    public static async Task WriteRawAsync<T>(Stream output, IAsyncEnumerable<T> tokens, CancellationToken cancellationToken)
        where T : struct, IToken<T>
    {
        var buffer = new byte[BufferLength / T.Size * T.Size];
        var filled = 0;
        await foreach (var token in tokens.ConfigureAwait(false))
        {
            token.TryWrite(buffer.AsSpan(filled));
            filled += T.Size;
            if (filled == buffer.Length)
            {
                await output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
                filled = 0;
            }
        }

        await output.WriteAsync(buffer.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
    }

    public static async Task WriteJsonLinesAsync<T>(Stream output, IAsyncEnumerable<T> tokens, Action<Utf8JsonWriter, T> write, CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>(BufferLength);
        var writer = new Utf8JsonWriter(lines);
        await using (writer.ConfigureAwait(false))
        {
            await foreach (var token in tokens.ConfigureAwait(false))
            {
                write(writer, token);
                writer.Flush();
                writer.Reset();
                lines.Write("\n"u8);
                if (lines.WrittenCount >= BufferLength / 2)
                {
                    await output.WriteAsync(lines.WrittenMemory, cancellationToken).ConfigureAwait(false);
                    lines.ResetWrittenCount();
                }
            }
        }

        await output.WriteAsync(lines.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }
}
