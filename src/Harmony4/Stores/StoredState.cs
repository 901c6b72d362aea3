namespace Harmony4;

/// <summary>Whether a stored container is all there.</summary>
public enum StoredState
{
    /// <summary>It was stored whole.</summary>
    Whole,

    /// <summary>It was published while it is being written, and somebody still writes it. <see cref="Format.H4mkGrowingContainer"/> reads it.</summary>
    Growing,

    /// <summary>It was published while it was being written, and nobody writes it any more. <see cref="MediaTransport.RecoverAsync"/> makes a whole container of it.</summary>
    Abandoned,
}
