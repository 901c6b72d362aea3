// Runs test assemblies in this process, for emulated processors on which the test platform with its several processes does not start.
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using Harmony4.EmulatedRun;
using Xunit.Sdk;

Console.WriteLine($"{RuntimeInformation.ProcessArchitecture}, AdvSimd {AdvSimd.Arm64.IsSupported}, CRC-32 {Crc32.Arm64.IsSupported}");
string[] names = args is [] ? ["Harmony4.Hashing.Tests", "Harmony4.Transport.Crypto.Tests", "Harmony4.Tokenization.Tests"] : args;
int passed = 0, failed = 0;
foreach (var name in names)
{
    var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
    using var framework = new XunitTestFramework(new Results());
    var found = new Results();
    using (var discoverer = framework.GetDiscoverer(new ReflectionAssemblyInfo(assembly)))
    {
        discoverer.Find(includeSourceInformation: false, found, new Settings());
        found.Wait();
    }

    var results = new Results();
    using (var executor = framework.GetExecutor(assembly.GetName()))
    {
        executor.RunTests(found.Cases, results, new Settings());
        results.Wait();
    }

    Console.WriteLine($"{name}: {results.Passed} passed, {results.Failed} failed");
    passed += results.Passed;
    failed += results.Failed;
}

Console.WriteLine($"{passed} passed, {failed} failed");
return passed > 0 && failed == 0 ? 0 : 1;
