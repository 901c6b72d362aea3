using Xunit;
using Xunit.Abstractions;

namespace Harmony4.EmulatedRun;

/// <summary>What discovery finds, and how the tests end. Failures are printed as they come.</summary>
internal sealed class Results : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passed;
    private int _failed;

    public List<ITestCase> Cases { get; } = [];

    public int Passed => _passed;

    public int Failed => _failed;

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage found:
                Cases.Add(found.TestCase);
                break;
            case ITestPassed:
                Interlocked.Increment(ref _passed);
                break;
            case ITestFailed test:
                Fail(test.Test.DisplayName, test);
                break;
            case IErrorMessage error:
                Fail("outside a test", error);
                break;
            case ITestAssemblyCleanupFailure or ITestCollectionCleanupFailure or ITestClassCleanupFailure:
                Fail("cleaning up", (IFailureInformation)message);
                break;
            case IDiscoveryCompleteMessage or ITestAssemblyFinished:
                _done.TrySetResult();
                break;
        }

        return true;
    }

    public void Wait() => _done.Task.Wait();

    private void Fail(string name, IFailureInformation failure)
    {
        Interlocked.Increment(ref _failed);
        Console.WriteLine($"failed: {name}{Environment.NewLine}{string.Join(Environment.NewLine, failure.Messages)}{Environment.NewLine}{string.Join(Environment.NewLine, failure.StackTraces)}");
    }
}
