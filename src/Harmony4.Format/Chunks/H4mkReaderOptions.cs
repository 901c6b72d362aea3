namespace Harmony4.Format;

/// <summary>How <see cref="H4mkReader"/> reads.</summary>
public readonly record struct H4mkReaderOptions
{
    /// <summary>Gets whether a CRC mismatch is reported by <see cref="H4mkReader.IsCrcValid"/> instead of thrown.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool ReportCrcMismatch { get; init; }

    /// <summary>Whether a chunk out of place or of a wrong length is reported by <see cref="H4mkReader.Fault"/> instead of thrown, so that a verification can go on.</summary>
    internal bool ReportFaults { get; init; }
}
