namespace Harmony4.Architecture.Tests;

/// <summary>
/// Vector kernels stand alone. Inlined into a caller that the runtime finds hot, a kernel uses up what the compiler inlines there, its own
/// small methods become calls, and it runs at half its speed: in some processes and not in others.
/// </summary>
public sealed class KernelTests
{
    public static TheoryData<string> Assemblies => TierTests.Assemblies;

    [Theory, MemberData(nameof(Assemblies))]
    public void Kernels_OfPackage_AreNeverInlined(string assembly) => Assert.Empty(AssemblyFacts.Read(assembly).InlinableKernels);
}
