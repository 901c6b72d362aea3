using Harmony4.Format;

namespace Harmony4;

/// <summary>What can be said of a container: what <c>harmony4 inspect</c> prints and <c>/video/info</c> answers.</summary>
/// <remarks>Chunks are listed from the container as the report is written out, so the container has to stay open until then.</remarks>
public sealed partial class ContainerReport
{
    private readonly H4mkContainer _container;

    internal ContainerReport(H4mkContainer container) => _container = container;

    /// <summary>Gets the version of the format: <c>1.0</c> or <c>1.1</c>.</summary>
    public string Version => _container.Version.ToName();

    /// <summary>Gets whether the container was still being written, as <see cref="H4mkContainer.IsGrowing"/> says.</summary>
    public bool IsGrowing => _container.IsGrowing;

    /// <summary>Gets the length of the file in bytes.</summary>
    public long Size => _container.Length;

    /// <summary>Gets how many blocks all tracks have.</summary>
    public long BlockCount => _container.BlockCount;

    /// <summary>Gets the tracks.</summary>
    public IReadOnlyList<H4mkTrack> Tracks => _container.Tracks;

    /// <summary>Gets what the producer says of the tracks, in the order of <see cref="Tracks"/>; empty when TRAK is damaged.</summary>
    public IReadOnlyList<H4mkTrackInfo> TrackInfo { get; internal init; } = [];

    /// <summary>Gets how many keyframes SEEK lists, as <see cref="H4mkContainer.CountSeekEntriesAsync"/> gives it.</summary>
    public long? SeekEntryCount { get; internal init; }

    /// <summary>Gets META as stored; null when it is absent, damaged or not a JSON object.</summary>
    public ReadOnlyMemory<byte>? Meta { get; internal init; }

    /// <summary>Gets SAFE as stored; null when it is absent, damaged or not a JSON object.</summary>
    public ReadOnlyMemory<byte>? Safe { get; internal init; }

    /// <summary>Gets the container's identity; null in version 1.0.</summary>
    public Sha256Digest? Root => _container.Identity;

    /// <summary>Gets the SHA-256 that VERI holds; null when it is absent or damaged.</summary>
    public Sha256Digest? Veri { get; internal init; }

    /// <summary>Gets the SIGN chunks, unjudged; none in version 1.0.</summary>
    public IReadOnlyList<SignChunk> Signs => _container.Signs;

    /// <summary>Gets the state: unverified, unless something that was read is already wrong or a verification was asked for.</summary>
    public VerificationState State { get; internal init; }

    /// <summary>Gets the verification, when one was asked for.</summary>
    public VerificationResult? Verification { get; internal init; }

    /// <summary>Gets the CRCs of the chunks that were read for the report, by position of the chunk.</summary>
    internal IReadOnlyDictionary<long, uint> Crcs { get; init; } = new Dictionary<long, uint>();
}
