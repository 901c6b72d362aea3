using Harmony4.Fuzz;
using SharpFuzz;

const string Usage = """
    Usage: Harmony4.Fuzz run TARGET                      under afl-fuzz, on instrumented assemblies
           Harmony4.Fuzz replay TARGET FILE…             tells what is wrong with each; on assemblies as they are
           Harmony4.Fuzz shrink TARGET FILE SMALLER      leaves out of an input what it does not take to break the promise
           Harmony4.Fuzz seeds TARGET FOLDER FILE…       makes inputs of media files
           Harmony4.Fuzz instrument FOLDER               instruments the assemblies of a copy of this program
    TARGET is segmenter, detect, frames or wav.
    """;

switch (args)
{
    case ["run", var name] when Targets.Find(name) is { } check:
        var buffer = new byte[1 << 20];
        Fuzzer.Run(stream => check(new FuzzInput(buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)))));
        return 0;
    case ["replay", var name, .. var files] when Targets.Find(name) is { } check:
        return Replay(check, files);
    case ["shrink", var name, var file, var smaller] when Targets.Find(name) is { } check:
        File.WriteAllBytes(smaller, Shrinker.Shrink(check, File.ReadAllBytes(file)));
        return 0;
    case ["seeds", var name, var folder, .. var files] when Targets.Find(name) is not null:
        Seeds.Write(name, folder, files);
        return 0;
    case ["instrument", var folder]:
        // What is fuzzed and nothing else: what audio tokens are made by would fill the map.
        Fuzzer.Instrument(Path.Combine(folder, "Harmony4.Tokenization.dll"), type => !type.Contains(".Audio", StringComparison.Ordinal) && !type.Contains("Fft", StringComparison.Ordinal), Options.Value);
        Fuzzer.Instrument(Path.Combine(folder, "Harmony4.Sdk.dll"), type => type.StartsWith("Harmony4.PcmInput", StringComparison.Ordinal), Options.Value);
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static int Replay(Action<FuzzInput> check, string[] files)
{
    var broken = 0;
    foreach (var file in files)
    {
        try
        {
            // Told before it runs: an input that ends the process is then known too.
            Console.Out.Write($"{file}: ");
            Console.Out.Flush();
            check(new FuzzInput(File.ReadAllBytes(file)));
            Console.WriteLine("ok");
        }
        catch (Exception exception)
        {
            broken++;
            Console.WriteLine(exception);
        }
    }

    return broken == 0 ? 0 : 1;
}
