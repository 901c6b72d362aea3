namespace Harmony4.Format;

/// <summary>How a growing file is followed. Immutable.</summary>
public sealed record H4mkFollowerOptions
{
    /// <summary>Gets how long to wait before the file is looked at again when nothing new was there.</summary>
    /// <value>Default 250 ms.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public TimeSpan PollInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(PollInterval));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets what the waiting is measured by.</summary>
    /// <value>Default <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets the limits of the reader.</summary>
    /// <value>Default those of <see cref="H4mkContainerOptions"/>.</value>
    public H4mkContainerOptions Container { get; init; } = new();
}
