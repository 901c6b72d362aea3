namespace Harmony4;

/// <summary>The ids that containers are kept under: 1 to 128 of <c>A-Z a-z 0-9 . _ -</c>, the first of which is not a dot.</summary>
/// <remarks>No id can name a folder, a parent folder or a hidden file, so a store may use it as a file name.</remarks>
public static class ContainerId
{
    /// <summary>The most characters of an id.</summary>
    public const int MaxLength = 128;

    /// <summary>Tells whether a text is an id.</summary>
    /// <param name="id">Any text.</param>
    /// <returns>Whether it is one.</returns>
    public static bool IsValid(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > MaxLength || id[0] == '.')
        {
            return false;
        }

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Throws unless a text is an id.</summary>
    /// <param name="id">Any text.</param>
    /// <exception cref="ArgumentException">It is not one.</exception>
    public static void ThrowIfInvalid(string id)
    {
        if (!IsValid(id))
        {
            throw new ArgumentException("expected 1 to 128 of A-Z a-z 0-9 . _ - that do not begin with a dot", nameof(id));
        }
    }
}
