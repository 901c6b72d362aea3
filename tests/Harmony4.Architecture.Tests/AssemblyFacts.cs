using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Harmony4.Architecture.Tests;

/// <summary>What a built assembly says of itself, read without loading it.</summary>
public sealed class AssemblyFacts
{
    private AssemblyFacts(IReadOnlyList<string> references, IReadOnlyList<(string Namespace, string Name, bool IsPublic)> types, IReadOnlyList<string> inlinableKernels)
    {
        References = references;
        Types = types;
        InlinableKernels = inlinableKernels;
    }

    public IReadOnlyList<string> References { get; }

    public IReadOnlyList<(string Namespace, string Name, bool IsPublic)> Types { get; }

    /// <summary>Gets the methods that are compiled with all optimizations at once, and that a caller may inline all the same.</summary>
    public IReadOnlyList<string> InlinableKernels { get; }

    public static AssemblyFacts Read(string assembly)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name)).ToList();
        var types = metadata.TypeDefinitions
            .Select(h => metadata.GetTypeDefinition(h))
            .Where(t => t.GetDeclaringType().IsNil)
            .Select(t => (metadata.GetString(t.Namespace), metadata.GetString(t.Name), (t.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public))
            .ToList();
        var kernels = metadata.MethodDefinitions
            .Select(h => metadata.GetMethodDefinition(h))
            .Where(m => m.ImplAttributes.HasFlag(MethodImplAttributes.AggressiveOptimization) && !m.ImplAttributes.HasFlag(MethodImplAttributes.NoInlining))
            .Select(m => $"{metadata.GetString(metadata.GetTypeDefinition(m.GetDeclaringType()).Name)}.{metadata.GetString(m.Name)}")
            .ToList();
        return new AssemblyFacts(references, types, kernels);
    }
}
