using System.Text.Json;

namespace Harmony4.Cli.Commands;

/// <summary>JSON in and out of commands.</summary>
internal static class JsonText
{
    // UTF-8 goes to a terminal or another program, never into HTML.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool IsObject(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 512 });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Writes one document and a line feed to standard output.</summary>
    public static Task WriteAsync(CliConsole console, Action<Utf8JsonWriter> write, CancellationToken cancellationToken) => WriteAsync(
        console,
        writer =>
        {
            write(writer);
            return Task.CompletedTask;
        },
        cancellationToken);

    /// <inheritdoc cref="WriteAsync(CliConsole, Action{Utf8JsonWriter}, CancellationToken)"/>
    public static async Task WriteAsync(CliConsole console, Func<Utf8JsonWriter, Task> write, CancellationToken cancellationToken)
    {
        var writer = new Utf8JsonWriter(console.RawOutput, WriterOptions);
        await using (writer.ConfigureAwait(false))
        {
            await write(writer).ConfigureAwait(false);
        }

        await console.RawOutput.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
    }
}
