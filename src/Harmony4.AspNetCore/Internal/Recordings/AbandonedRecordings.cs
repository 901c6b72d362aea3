using System.Collections.Concurrent;
using System.IO.Pipelines;
using Harmony4.Format;
using Microsoft.Extensions.Logging;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Makes whole containers of recordings that nobody writes any more: those that a killed process left, and those that failed.</summary>
internal sealed class AbandonedRecordings(MediaTransport transport, IContainerStore store, Action<string> forget, TimeSpan timeout, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, Task> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    // Each reads and writes a whole file, and none is in a hurry.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Looks for such as were left before the host started.</summary>
    public void Start() => _ = Task.Run(async () =>
    {
        try
        {
            await foreach (var stored in store.ListAsync(_stop.Token))
            {
                Notice(stored);
            }
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            Log.RecordingsNotSearched(logger, exception);
        }
        catch (OperationCanceledException)
        {
        }
    });

    /// <summary>Has a container closed after a while, if it is a recording that nobody writes.</summary>
    public void Notice(StoredContainer stored)
    {
        if (stored.State == StoredState.Abandoned && !_stop.IsCancellationRequested)
        {
            _waiting.GetOrAdd(stored.Id, static (id, self) => self.WaitAsync(id), this);
        }
    }

    public void Dispose()
    {
        // What still waits looks at it, so it is not disposed.
        _stop.Cancel();
    }

    private async Task WaitAsync(string id)
    {
        try
        {
            await Task.Delay(timeout, TimeProvider.System, _stop.Token);
            await _turn.WaitAsync(_stop.Token);
            try
            {
                await CloseAsync(id);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception exception)
        {
            // Whoever asks for it next has it tried again.
            Log.RecordingNotClosed(logger, exception, id);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    private async Task CloseAsync(string id)
    {
        if (await store.FindAsync(id, _stop.Token) is not { State: StoredState.Abandoned } || await store.OpenAsync(id, _stop.Token) is not { } source)
        {
            return;
        }

        await using (source)
        {
            var upload = await store.CreateAsync(id, _stop.Token);
            await using (upload)
            {
                var end = await H4mkFileEnd.ReadAsync(source, cancellationToken: _stop.Token);
                H4mkRecoveryReport? report = null;
                if (end.Version == H4mkVersion.V11)
                {
                    // Only the mark was left.
                    var output = PipeWriter.Create(upload.Output, new StreamPipeWriterOptions(leaveOpen: true));
                    await transport.CopySourceAsync(source, 0, end.Length, output, _stop.Token);
                    await output.CompleteAsync();
                }
                else
                {
                    report = await transport.RecoverAsync(source, upload.Output, cancellationToken: _stop.Token);
                }

                if (await upload.CommitAsync(replace: true, _stop.Token) is null)
                {
                    // Somebody records anew under that id.
                    return;
                }

                if (report is null)
                {
                    Log.RecordingUnmarked(logger, id);
                }
                else
                {
                    Log.RecordingClosed(logger, id, report.BlockCount, report.LostCount);
                }
            }
        }

        forget(id);
    }
}
