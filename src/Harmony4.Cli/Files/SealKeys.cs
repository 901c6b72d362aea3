using Harmony4.Format;

namespace Harmony4.Cli.Files;

/// <summary>Opens sealed containers with the keys that a command is given.</summary>
internal static class SealKeys
{
    /// <summary>Gets the keys of a container. That it is not sealed is a mistake of the call; that the key is another is an answer.</summary>
    public static async Task<ContainerKeys> RequireAsync(H4mkContainer container, SealKey key, string name, CancellationToken cancellationToken)
    {
        if (!ContainerKeys.IsSealed(container))
        {
            throw CliException.Usage($"{name}: the container is not sealed: --seal-key-file has nothing to open");
        }

        return await ContainerKeys.TryOpenAsync(container, key, cancellationToken).ConfigureAwait(false)
            ?? throw new CliException(ExitCode.No, $"{name}: {new SealKeyException().Message}");
    }
}
