using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace Harmony4.Mutate;

/// <summary>Takes what the test framework reports, stops at a failure, and ends the process when a test takes far too long.</summary>
internal sealed class MessageSink : LongLivedMarshalByRefObject, IMessageSink, IDisposable
{
    /// <summary>The exit status of a process that ended itself: 128 + 9.</summary>
    public const int TooLong = 137;

    // A test gets a multiple of the processor time that it took without a change, and what compiling may add.
    private const double TimeFactor = 8;
    private const double ProcessorSeconds = 3;

    // For tests that wait for what never comes. Other work on the machine must not end a test.
    private const double WallSeconds = 120;
    private const int CheckMilliseconds = 250;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, double> _times;
    private readonly bool _isMeasuring;
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly Timer _watchdog;
    private ITestCase? _running;
    private double _startedAt;
    private long _startedWall;

    public MessageSink(Dictionary<string, double> times, bool isMeasuring)
    {
        _times = times;
        _isMeasuring = isMeasuring;
        _watchdog = new Timer(_ => Watch(), null, CheckMilliseconds, CheckMilliseconds);
    }

    public List<ITestCase> Cases { get; } = [];

    /// <summary>Gets what ends with discovery.</summary>
    public Task Done => _done.Task;

    /// <summary>Gets the first failure, if there was one.</summary>
    public string? Failure { get; private set; }

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage found:
                Cases.Add(found.TestCase);
                break;
            case ITestCaseStarting starting:
                _startedAt = ProcessorTime();
                _startedWall = Stopwatch.GetTimestamp();
                _running = starting.TestCase;
                break;
            case ITestCaseFinished finished:
                _running = null;
                if (_isMeasuring)
                {
                    _times[finished.TestCase.UniqueID] = ProcessorTime() - _startedAt;
                }

                break;
            case ITestFailed test:
                Failure ??= $"{test.Test.DisplayName}: {string.Join(' ', test.Messages)}";
                break;
            case IErrorMessage or ITestAssemblyCleanupFailure or ITestCollectionCleanupFailure or ITestClassCleanupFailure:
                Failure ??= string.Join(' ', ((IFailureInformation)message).Messages);
                break;
            case IDiscoveryCompleteMessage:
                _done.TrySetResult();
                break;
        }

        return Failure is null;
    }

    public void Dispose()
    {
        _watchdog.Dispose();
        _process.Dispose();
    }

    private void Watch()
    {
        var test = _running;
        if (_isMeasuring || test is null)
        {
            return;
        }

        var allowed = TimeFactor * _times.GetValueOrDefault(test.UniqueID);
        if (ProcessorTime() - _startedAt > allowed + ProcessorSeconds || Stopwatch.GetElapsedTime(_startedWall).TotalSeconds > allowed + WallSeconds)
        {
            _process.Kill();
        }
    }

    private double ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime.TotalSeconds;
    }
}
