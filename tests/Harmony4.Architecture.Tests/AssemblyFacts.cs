using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Harmony4.Architecture.Tests;

/// <summary>What a built assembly says of itself, read without loading it.</summary>
public sealed class AssemblyFacts
{
    private AssemblyFacts(IReadOnlyList<string> references, IReadOnlyList<(string Namespace, string Name, bool IsPublic)> types)
    {
        References = references;
        Types = types;
    }

    public IReadOnlyList<string> References { get; }

    public IReadOnlyList<(string Namespace, string Name, bool IsPublic)> Types { get; }

    public static AssemblyFacts Read(string assembly)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name)).ToList();
        var types = metadata.TypeDefinitions
            .Select(h => metadata.GetTypeDefinition(h))
            .Where(t => t.GetDeclaringType().IsNil)
            .Select(t => (metadata.GetString(t.Namespace), metadata.GetString(t.Name), (t.Attributes & System.Reflection.TypeAttributes.VisibilityMask) == System.Reflection.TypeAttributes.Public))
            .ToList();
        return new AssemblyFacts(references, types);
    }
}
