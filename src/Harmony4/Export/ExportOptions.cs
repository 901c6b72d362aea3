using Harmony4.Format;
using Harmony4.Tokenization;
using Harmony4.Transport.Crypto;

namespace Harmony4;

/// <summary>How media becomes a container. Immutable.</summary>
public sealed record ExportOptions
{
    /// <summary>Gets the budget that is asked before more memory is taken for media that is read and blocks that are written. Not counted: buffers of a few dozen KiB, and what the caller's streams hold.</summary>
    /// <value>Default <see langword="null"/>: nobody is asked.</value>
    public MemoryBudget? Memory { get; init; }

    /// <summary>
    /// Gets how many bytes are taken of <see cref="Memory"/> before anything is read: what the export is expected to need. Exports that take little by little may come to wait for each other;
    /// those that know what they need wait in line.
    /// </summary>
    /// <value>Default 0.</value>
    public long MemoryAtStart { get; init; }

    /// <summary>Gets how many bytes of blocks are gathered at most to be hashed beside each other, as <see cref="H4mkWriterOptions.HashMemory"/> says.</summary>
    /// <value>Default 32 MiB.</value>
    public int HashMemory { get; init; } = new H4mkWriterOptions().HashMemory;

    /// <summary>Gets the name of the segmenter, one of <see cref="Harmony4Options.Formats"/>; null to detect the format. Not together with <see cref="Segmenter"/>.</summary>
    /// <value>Default null.</value>
    public string? Segment { get; init; }

    /// <summary>
    /// Gets what makes the segmenters, from <see cref="SegmenterOptions"/>: those of the caller's own, for instance. It is called once for each input that says nothing of its segmenter, and for
    /// each reading of it, and has to give a new instance each time; <c>_ => instance</c> is good for one input, once. Not together with <see cref="Segment"/>.
    /// </summary>
    /// <value>Default null.</value>
    public Func<SegmenterOptions, BlockSegmenter>? Segmenter { get; init; }

    /// <summary>Gets what the segmenter is told.</summary>
    /// <value>Default 512 KiB blocks at 30 per second where the format has no framing of its own.</value>
    public SegmenterOptions SegmenterOptions { get; init; } = new();

    /// <summary>Gets the version to write.</summary>
    /// <value>Default 1.1.</value>
    public H4mkVersion Version { get; init; } = H4mkVersion.V11;

    /// <summary>Gets how many blocks a page of the index holds, as a binary logarithm of 1 to 14; null to choose by the inputs. Version 1.1 only.</summary>
    /// <value>Default null: 12 when all inputs are cut into fixed-size blocks below 128 KiB and there are at most 256 of them, else 10.</value>
    public int? PageLog2 { get; init; }

    /// <summary>Gets the most blocks that a container may get, those of all tracks together.</summary>
    /// <value>Default: no limit.</value>
    public long MaxBlockCount { get; init; } = long.MaxValue;

    /// <summary>Gets META, a JSON object in UTF-8, written as given; null for one that names the project and, in version 1.0, the segmenter and whether the blocks are masked.</summary>
    /// <value>Default null.</value>
    public ReadOnlyMemory<byte>? Meta { get; init; }

    /// <summary>Gets SAFE, a JSON object in UTF-8, written as given; null for one that states the scope of transport.</summary>
    /// <value>Default null.</value>
    public ReadOnlyMemory<byte>? Safe { get; init; }

    /// <summary>
    /// Gets the mask that is laid over each block; null for none. Version 1.0 only, which has to be asked for: it hides nothing from whoever has two
    /// containers of one key, as its own documentation says.
    /// </summary>
    /// <value>Default null.</value>
    public TransportMask? Mask { get; init; }

    /// <summary>Gets who can read the container; null to seal nothing. Version 1.1 only.</summary>
    /// <value>Default null.</value>
    public SealOptions? Seal { get; init; }

    /// <summary>Gets who signs the finished container, in this order, behind the code that a sealed one gets. Version 1.1 only.</summary>
    /// <value>Default nobody.</value>
    public IReadOnlyList<IRootAuthenticator> Authenticators { get; init; } = [];

    /// <summary>
    /// Gets where <see cref="Authenticators"/> also sign what closing the container at a block would give, as it is written; null for nowhere. Of a pipe every block is signed once it
    /// has reached the output, of files one about every 100 ms. <see cref="LiveSignatures"/> reads it.
    /// </summary>
    /// <value>Default null.</value>
    public Stream? LiveSignatures { get; init; }
}
