using System.Reflection;
using System.Runtime.Loader;

namespace Harmony4.Mutate;

/// <summary>Loads the changed assembly and, anew, whatever of the project's refers to it; the rest is shared.</summary>
internal sealed class TestLoadContext : AssemblyLoadContext
{
    private const string Own = "Harmony4.";

    private readonly string _changed;

    public TestLoadContext(string changed) => _changed = changed;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (!assemblyName.Name!.StartsWith(Own, StringComparison.Ordinal) && assemblyName.Name != Own[..^1])
        {
            return null;
        }

        var file = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
        if (assemblyName.Name != Path.GetFileNameWithoutExtension(_changed))
        {
            return LoadFromAssemblyPath(file);
        }

        // Not by its path: the file is replaced while it is loaded.
        using var stream = File.OpenRead(_changed);
        return LoadFromStream(stream);
    }
}
