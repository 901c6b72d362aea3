using System.Buffers;
using Harmony4.Format;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Harmony4.AspNetCore.Internal;

/// <summary>
/// A response that is made while the request's body still comes in. Most clients send all before they read: a server that stops reading until they do
/// would wait for ever. So what such a client does not take goes to a temporary file, and from there to the client; memory stays at two buffers.
/// </summary>
internal sealed class ResponseSpool : Stream
{
    private const int BufferLength = 128 * 1024;

    // How much of what all may spill one response may.
    private const int SpillPart = 4;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A client that takes nothing for so long, and from which therefore nothing is read, has gone.
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);

    private readonly HttpContext _context;
    private readonly Func<bool> _isRequestRead;
    private readonly MemoryBudget _spilled;
    private readonly TimeSpan _spillDelay;
    private readonly int _startLength;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _filled = new(0);
    private readonly SemaphoreSlim _taken = new(0);
    private readonly CancellationTokenSource _stopping;
    private readonly IHttpMinResponseDataRateFeature? _rateLimit;
    private readonly MinDataRate? _rate;
    private byte[] _filling = ArrayPool<byte>.Shared.Rent(BufferLength);
    private byte[] _sending = ArrayPool<byte>.Shared.Rent(BufferLength);
    private int _length;
    private FileStream? _file;
    private long _fileStart;
    private long _fileEnd;
    private bool _isComplete;
    private Task? _sender;
    private volatile Exception? _failure;

    /// <param name="context">The request that is answered.</param>
    /// <param name="isRequestRead">Whether the whole body was read: from then on the client may be waited for.</param>
    /// <param name="spilled">What responses may have in temporary files together.</param>
    /// <param name="spillDelay">How long a client that does not read is waited for until then.</param>
    /// <param name="startLength">The response starts when it has as many bytes, or is complete: until then it can still become an error.</param>
    public ResponseSpool(HttpContext context, Func<bool> isRequestRead, MemoryBudget spilled, TimeSpan spillDelay, int startLength)
    {
        _context = context;
        _isRequestRead = isRequestRead;
        _spilled = spilled;
        _spillDelay = spillDelay;
        _startLength = startLength;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _rateLimit = context.Features.Get<IHttpMinResponseDataRateFeature>();
        _rate = _rateLimit?.MinDataRate;
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends what is left and waits until all is sent.</summary>
    public async Task CompleteAsync()
    {
        lock (_lock)
        {
            _isComplete = true;
        }

        Signal(_filled);
        await (_sender ??= SendAsync());
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var count = Fill(buffer.Span);
            buffer = buffer[count..];
            StartIfDue();
            if (count == 0 && !await WaitForClientAsync(cancellationToken))
            {
                var spilled = Math.Min(buffer.Length, BufferLength);
                if (TrySpill(buffer.Span[..spilled]))
                {
                    buffer = buffer[spilled..];
                }
                else
                {
                    await StopAsync(cancellationToken);
                }
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes without waiting for the client.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        buffer = buffer[Fill(buffer)..];
        StartIfDue();
        if (!buffer.IsEmpty && !TrySpill(buffer))
        {
            throw MemoryBudgetFull();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_sender is { } sender)
        {
            // After a failure the sender still waits for more, or for the client.
            await _stopping.CancelAsync();
            await sender.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _file?.Dispose();
        _spilled.Return(_fileEnd);
        _fileEnd = 0;
        ArrayPool<byte>.Shared.Return(_filling, clearArray: true);
        ArrayPool<byte>.Shared.Return(_sending, clearArray: true);
        _filled.Dispose();
        _taken.Dispose();
        _stopping.Dispose();
        await base.DisposeAsync();
    }

    private int Fill(ReadOnlySpan<byte> bytes)
    {
        int count;
        lock (_lock)
        {
            // What is in the file is older than what comes now.
            count = _fileEnd > 0 ? 0 : Math.Min(bytes.Length, _filling.Length - _length);
            bytes[..count].CopyTo(_filling.AsSpan(_length));
            _length += count;
        }

        if (count > 0)
        {
            Signal(_filled);
        }

        return count;
    }

    private void StartIfDue()
    {
        if (_sender is null && _length >= _startLength)
        {
            _sender = SendAsync();
        }
    }

    /// <summary>Waits until there is room in memory; <see langword="false"/> when the client does not take what is there.</summary>
    private async ValueTask<bool> WaitForClientAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_fileEnd > 0)
            {
                return false;
            }
        }

        if (_failure is { } failure)
        {
            throw new IOException("the response could not be sent", failure);
        }

        if (_isRequestRead())
        {
            await _taken.WaitAsync(cancellationToken);
            return true;
        }

        return await _taken.WaitAsync(_spillDelay, cancellationToken);
    }

    /// <summary>Puts bytes into the file, where there is room for them.</summary>
    private bool TrySpill(ReadOnlySpan<byte> bytes)
    {
        if (_failure is { } failure)
        {
            throw new IOException("the response could not be sent", failure);
        }

        lock (_lock)
        {
            if (_fileEnd + bytes.Length > _spilled.Capacity / SpillPart || !_spilled.TryTake(bytes.Length))
            {
                return false;
            }

            _file ??= CreateFile();
            RandomAccess.Write(_file.SafeFileHandle, bytes, _fileEnd);
            _fileEnd += bytes.Length;
        }

        Telemetry.BytesSpilled.Add(bytes.Length);
        Signal(_filled);
        return true;
    }

    /// <summary>
    /// Waits, and with it the reading of the body, until the client has taken something of the file; a client that takes nothing while it is still to send is let go. One that has sent all is the
    /// server's to judge, by its rate.
    /// </summary>
    private async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        var start = Volatile.Read(ref _fileStart);
        for (var waited = TimeSpan.Zero; waited < LongestStop || _isRequestRead(); waited += Second)
        {
            if (await _taken.WaitAsync(Second, cancellationToken) || Volatile.Read(ref _fileStart) != start || _failure is not null)
            {
                return;
            }
        }

        _context.Abort();
        throw new ClientGoneException(new IOException("the client reads nothing of the response"));
    }

    private static IOException MemoryBudgetFull() => new("there is no room left for a response that its client does not read");

    private async Task SendAsync()
    {
        var stopping = _stopping.Token;
        try
        {
            while (await TakeAsync(stopping) is var count and > 0)
            {
                await SendAsync(count, stopping);
            }
        }
        catch (Exception exception)
        {
            // Whoever waits for room has to see it.
            _failure = exception;
            Signal(_taken);
            throw;
        }
    }

    private async Task SendAsync(int count, CancellationToken stopping)
    {
        if (_rateLimit is null || _rate is not { } rate || _isRequestRead())
        {
            _rateLimit?.MinDataRate = _rate;
            await WriteAsync();
            return;
        }

        // A client that still sends is not slow to read: it does not read yet. The server holds a write to the limit that was set when the
        // write began, so when the body ends meanwhile, the same time is counted here.
        _rateLimit.MinDataRate = null;
        var write = WriteAsync();
        var seconds = 1 + Math.Ceiling(rate.GracePeriod.TotalSeconds + (count / rate.BytesPerSecond));
        while (!write.IsCompleted && !stopping.IsCancellationRequested)
        {
            await Task.WhenAny(write, Task.Delay(Second, stopping));
            if (_isRequestRead() && --seconds < 0 && !write.IsCompleted)
            {
                _context.Abort();
                break;
            }
        }

        await write;

        async Task WriteAsync()
        {
            await _context.Response.Body.WriteAsync(_sending.AsMemory(0, count), stopping);
            await _context.Response.Body.FlushAsync(stopping);
        }
    }

    /// <summary>Takes the oldest bytes; 0 at the end.</summary>
    private async ValueTask<int> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (Take() is var count and > 0)
                {
                    return count;
                }

                if (_isComplete)
                {
                    return 0;
                }
            }

            await _filled.WaitAsync(cancellationToken);
        }
    }

    private int Take()
    {
        if (_length > 0)
        {
            var count = _length;
            (_sending, _filling, _length) = (_filling, _sending, 0);
            Signal(_taken);
            return count;
        }

        if (_file is null || _fileStart == _fileEnd)
        {
            return 0;
        }

        var read = RandomAccess.Read(_file.SafeFileHandle, _sending.AsSpan(0, (int)Math.Min(_sending.Length, _fileEnd - _fileStart)), _fileStart);
        _fileStart += read;
        if (_fileStart == _fileEnd)
        {
            _spilled.Return(_fileEnd);
            _fileStart = _fileEnd = 0;
            RandomAccess.SetLength(_file.SafeFileHandle, 0);
            Signal(_taken);
        }

        return read;
    }

    // Nobody else may read it, and no crash leaves it behind: where the system allows that, it has no name from the start.
    private static FileStream CreateFile()
    {
        var path = Path.Combine(Path.GetTempPath(), "harmony4-" + Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
            return new FileStream(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }

    private static void Signal(SemaphoreSlim semaphore)
    {
        // Whoever waits looks at everything that is there, so one signal stands for many. A second one too many is harmless.
        if (semaphore.CurrentCount == 0)
        {
            semaphore.Release();
        }
    }
}
