using Xunit;
using Xunit.Abstractions;

namespace Harmony4.Mutate;

/// <summary>Tells discovery nothing about where tests stand in their sources: it is not asked to find out.</summary>
internal sealed class NoSourceInformation : LongLivedMarshalByRefObject, ISourceInformationProvider
{
    public ISourceInformation GetSourceInformation(ITestCase testCase) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
