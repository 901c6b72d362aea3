using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;

namespace Harmony4.Benchmarks.Audio;

/// <summary>Leaves the methods that need FFTW out where it is not installed.</summary>
public sealed class FftwConfig : ManualConfig
{
    public FftwConfig() =>
        AddFilter(new SimpleFilter(c => Fftw.IsPresent || !c.Descriptor.WorkloadMethod.Name.Contains("Fftw", StringComparison.Ordinal)));
}
