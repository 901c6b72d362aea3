namespace Harmony4.Cli.Files;

/// <summary>The keys that a command was given, zeroed when it ends.</summary>
internal sealed class KeyRing : IDisposable
{
    private readonly List<IDisposable> _keys = [];

    public T Own<T>(T key)
        where T : IDisposable
    {
        _keys.Add(key);
        return key;
    }

    public void Dispose() => _keys.ForEach(k => k.Dispose());
}
