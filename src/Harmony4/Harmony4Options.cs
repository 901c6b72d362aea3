using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4;

/// <summary>Defaults and limits of <see cref="MediaTransport"/>.</summary>
public sealed class Harmony4Options
{
    /// <summary>Gets or sets what an export does when the call does not say.</summary>
    /// <value>Default: detect the format, version 1.1, no mask.</value>
    public ExportOptions Export { get; set; } = new();

    /// <summary>Gets or sets the limits that containers are opened with.</summary>
    /// <value>Default as in <see cref="H4mkContainerOptions"/>.</value>
    public H4mkContainerOptions Container { get; set; } = new();

    /// <summary>Gets or sets the formats that media is detected as, and that names of segmenters stand for.</summary>
    /// <value>Default <see cref="MediaFormats.BuiltIn"/>. <see cref="MediaFormatSet.With"/> adds formats of the host's own.</value>
    public MediaFormatSet Formats { get; set; } = MediaFormats.BuiltIn;

    /// <summary>Gets or sets the folder of the container store that is used when the host registers no <see cref="IContainerStore"/> of its own.</summary>
    /// <value>Default <c>containers</c>, below the current folder. It is created when the store is first used.</value>
    public string StorePath { get; set; } = "containers";
}
