using System.Buffers;
using System.Text.Json;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Writes server-sent events whose data is one JSON object each, gathered until they are flushed.</summary>
internal sealed class ServerSentEvents : IAsyncDisposable
{
    public const string ContentType = "text/event-stream";

    private const int FlushLength = 32 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly Utf8JsonWriter _json;
    private readonly Stream _output;

    public ServerSentEvents(Stream output)
    {
        _output = output;
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
    }

    /// <summary>Begins an event; its members go to the result, and <see cref="End"/> ends it.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> name)
    {
        _buffer.Write("event: "u8);
        _buffer.Write(name);
        _buffer.Write("\ndata: "u8);
        _json.WriteStartObject();
        return _json;
    }

    public void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _buffer.Write("\n\n"u8);
    }

    /// <summary>Moves to the next element. Events do not wait for one that is not there yet, nor for more than 32 KiB of their like.</summary>
    public async ValueTask<bool> MoveNextAsync<T>(IAsyncEnumerator<T> source, CancellationToken cancellationToken)
    {
        var next = source.MoveNextAsync();
        if (_buffer.WrittenCount >= FlushLength || (!next.IsCompleted && _buffer.WrittenCount > 0))
        {
            await FlushAsync(cancellationToken);
        }

        return await next;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _output.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }

    public ValueTask DisposeAsync() => _json.DisposeAsync();
}
