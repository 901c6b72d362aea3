using Harmony4;
using Harmony4.Format;

namespace CustomHost;

/// <summary>A folder for each tenant, read only: the id <c>acme.clip</c> is <c>acme/clip.h4mk</c>. An object store has the same four members.</summary>
internal sealed class TenantStore(string folder) : IContainerStore
{
    private const string Extension = ".h4mk";

    public async IAsyncEnumerable<StoredContainer> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var files = Directory.EnumerateFiles(folder, "*" + Extension, SearchOption.AllDirectories);
        foreach (var id in files.Select(IdOf).Where(id => ContainerId.IsValid(id)).Order(StringComparer.Ordinal))
        {
            if (await FindAsync(id, cancellationToken) is { } found)
            {
                yield return found;
            }
        }
    }

    public ValueTask<StoredContainer?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(PathOf(id));
        return ValueTask.FromResult(file.Exists ? new StoredContainer(id, file.Length, $"{file.LastWriteTimeUtc.Ticks:x}") : null);
    }

    public ValueTask<H4mkSource?> OpenAsync(string id, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(File.Exists(PathOf(id)) ? H4mkSource.FromFile(PathOf(id)) : null);

    public ValueTask<ContainerUpload> CreateAsync(string id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("this host publishes only");

    // An id has no slash and does not begin with a dot, so neither part leaves the folder.
    private string PathOf(string id)
    {
        ContainerId.ThrowIfInvalid(id);
        var dot = id.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? Path.Combine(folder, id + Extension) : Path.Combine(folder, id[..dot], id[(dot + 1)..] + Extension);
    }

    private string IdOf(string path) => Path.ChangeExtension(Path.GetRelativePath(folder, path), null).Replace(Path.DirectorySeparatorChar, '.');
}
