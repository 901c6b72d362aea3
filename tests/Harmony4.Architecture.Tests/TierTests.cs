namespace Harmony4.Architecture.Tests;

/// <summary>Tiers are one-directional, and nothing that decodes, draws, synthesises or learns is anywhere below them.</summary>
public sealed class TierTests
{
    // Words that name such assemblies. The lists of allowed references already keep them out; this says why.
    private static readonly string[] MeaningWords =
        ["ffmpeg", "libav", "codec", "avcodec", "imaging", "imagesharp", "skia", "magick", "drawing", "opencv", "naudio", "speech", "synth", "onnx", "tensor", "torch", "mlnet", "microsoft.ml", "llama"];

    public static TheoryData<string> Assemblies => [.. PackageRule.All.Select(r => r.Assembly)];

    [Theory, MemberData(nameof(Assemblies))]
    public void References_OfPackage_AreThoseOfItsTier(string assembly) =>
        Assert.Empty(WrongReferences(Rule(assembly), AssemblyFacts.Read(assembly).References));

    [Theory, MemberData(nameof(Assemblies))]
    public void Namespaces_OfPackage_AreItsOwn(string assembly) =>
        Assert.Empty(WrongTypes(Rule(assembly), AssemblyFacts.Read(assembly).Types));

    [Theory, MemberData(nameof(Assemblies))]
    public void References_OfPackage_NameNothingThatKnowsMeaning(string assembly) =>
        Assert.DoesNotContain(AssemblyFacts.Read(assembly).References, r => MeaningWords.Any(w => r.Contains(w, StringComparison.OrdinalIgnoreCase)));

    [Fact]
    public void EveryAssemblyOfTheProduct_HasARule()
    {
        var found = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(n => n.StartsWith("harmony4", StringComparison.OrdinalIgnoreCase) && !n.EndsWith(".Tests", StringComparison.Ordinal) && n != "Harmony4.TestKit");
        Assert.Equal(PackageRule.All.Select(r => r.Assembly).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WrongReferences_OfForbiddenOnes_NamesThem()
    {
        var rule = Rule("Harmony4.Tokenization");
        Assert.Equal(["Harmony4.Format", "System.Net.Http", "Contoso.Codec"], WrongReferences(rule, ["System.Runtime", "Harmony4.Format", "System.Net.Http", "Contoso.Codec"]));
    }

    [Fact]
    public void WrongTypes_InAnotherNamespace_NamesThem()
    {
        var rule = Rule("Harmony4.Format");
        Assert.Equal(
            ["Harmony4.Formatting.X", "Harmony4.Format.Internal.Y"],
            WrongTypes(rule, [("Harmony4.Format", "Z", true), ("Harmony4.Formatting", "X", false), ("Harmony4.Format.Internal", "Y", true)]));
    }

    private static PackageRule Rule(string assembly) => PackageRule.All.Single(r => r.Assembly == assembly);

    private static IEnumerable<string> WrongReferences(PackageRule rule, IEnumerable<string> references) => references.Where(reference =>
        reference.StartsWith("Harmony4", StringComparison.OrdinalIgnoreCase) ? !rule.Packages.Contains(reference)
        : rule.Libraries.Any(l => IsOrIsBelow(reference, l)) ? false
        : rule.Banned.Any(b => IsOrIsBelow(reference, b)) || !(IsOrIsBelow(reference, "System") || reference is "netstandard" or "Microsoft.Win32.Primitives"));

    private static IEnumerable<string> WrongTypes(PackageRule rule, IEnumerable<(string Namespace, string Name, bool IsPublic)> types) => types
        .Where(t => t.Namespace.Length > 0 && !IsCompilerMade(t) && t.Namespace != rule.SharedNamespace && (!IsOrIsBelow(t.Namespace, rule.RootNamespace) || (t.IsPublic && t.Namespace.Contains(".Internal", StringComparison.Ordinal))))
        .Select(t => $"{t.Namespace}.{t.Name}");

    // Attributes that the compiler embeds, code that the platform's source generators add, and the counters of a coverage run.
    private static bool IsCompilerMade((string Namespace, string Name, bool IsPublic) type) =>
        IsOrIsBelow(type.Namespace, "System") || IsOrIsBelow(type.Namespace, "Microsoft") || IsOrIsBelow(type.Namespace, "Coverlet") || type.Name.StartsWith('<');

    private static bool IsOrIsBelow(string name, string prefix) =>
        name.Equals(prefix, StringComparison.Ordinal) || name.StartsWith(prefix + ".", StringComparison.Ordinal);
}
