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

    // For tests that wait for what never comes: so long nothing is done at all. A process that waits for a processor on a busy machine gets a
    // little of one all the same, so other work does not end a test.
    private const double IdleSeconds = 60;
    private const double IdleShare = 0.005;
    private const int CheckMilliseconds = 250;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, double> _times;
    private readonly bool _isMeasuring;
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly Timer _watchdog;
    private ITestCase? _running;
    private double _startedAt;
    private double _idle;
    private double _checkedAt;
    private long _checkedWall;

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
                _idle = 0;
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

        var now = ProcessorTime();
        var elapsed = Stopwatch.GetElapsedTime(_checkedWall).TotalSeconds;
        if (now - _checkedAt < IdleShare * elapsed && elapsed < 1)
        {
            _idle += elapsed;
        }

        (_checkedAt, _checkedWall) = (now, Stopwatch.GetTimestamp());
        var allowed = TimeFactor * _times.GetValueOrDefault(test.UniqueID);
        if (now - _startedAt > allowed + ProcessorSeconds || _idle > allowed + IdleSeconds)
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
