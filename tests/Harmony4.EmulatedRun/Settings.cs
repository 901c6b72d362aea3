using Xunit;
using Xunit.Abstractions;

namespace Harmony4.EmulatedRun;

/// <summary>The test framework's own defaults.</summary>
internal sealed class Settings : LongLivedMarshalByRefObject, ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    private readonly Dictionary<string, object?> _values = [];

    public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) ? (TValue)value! : default!;

    public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
}
