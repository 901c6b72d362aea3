using System.Runtime.CompilerServices;
using Harmony4.Format.Internal;

namespace Harmony4.Format;

/// <summary>Reads a container while it is being written to a file: each block as soon as it is there, whole and with a sound CRC.</summary>
/// <remarks>
/// No block is shown that the finished file does not have. When the file becomes shorter or another, the follower says
/// <see cref="ForwardPart.Restart"/> and starts anew. It ends when TAIL has come: then the file, opened by its tail, must have the root that the
/// blocks give. A 1.0 container ends with its VERI. Memory is that of <see cref="H4mkForwardReader"/> and one block.
/// <see cref="Signal"/> is safe to call at any time; all else is not safe for concurrent use.
/// </remarks>
public sealed class H4mkFollower
{
    private static readonly H4mkTrackInfo[] NoTracks = [];

    private readonly H4mkSource _source;
    private readonly H4mkFollowerOptions _options;
    private readonly FollowerWait _wait;

    /// <summary>Initializes a follower.</summary>
    /// <param name="source">The file, which may be empty yet. The caller keeps owning it.</param>
    /// <param name="options">Intervals and limits; <see langword="null"/> for the defaults.</param>
    public H4mkFollower(H4mkSource source, H4mkFollowerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _options = options ?? new H4mkFollowerOptions();
        _wait = new FollowerWait(_options.PollInterval, _options.TimeProvider);
    }

    /// <summary>Tells that the file may have grown, so that it is looked at without waiting for the interval to pass.</summary>
    public void Signal() => _wait.Signal();

    /// <summary>Follows the file from its start.</summary>
    /// <param name="cancellationToken">Cancels the following, also while it waits.</param>
    /// <returns>What is there and what comes, up to <see cref="ForwardPart.End"/>.</returns>
    /// <exception cref="H4mkFormatException">While enumerating: what is there is no sound beginning of a container, or a block is longer than <see cref="H4mkContainerOptions.MaxBlockLength"/>.</exception>
    /// <exception cref="IOException">While enumerating: the source failed.</exception>
    public async IAsyncEnumerable<FollowedPart> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            using var file = new FollowedFile(_source, _options.Container);
            var outcome = FollowOutcome.Waiting;
            while (outcome != FollowOutcome.Restart)
            {
                cancellationToken.ThrowIfCancellationRequested();
                outcome = await file.TryTakeAsync(cancellationToken).ConfigureAwait(false);
                if (outcome == FollowOutcome.Waiting)
                {
                    await _wait.WaitAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                while (file.Parts.TryDequeue(out var part))
                {
                    yield return PartOf(file, part);
                    if (part == ForwardPart.End)
                    {
                        yield break;
                    }
                }
            }

            yield return new FollowedPart { Part = ForwardPart.Restart, Tracks = NoTracks };
        }
    }

    private static FollowedPart PartOf(FollowedFile file, ForwardPart part) => part switch
    {
        ForwardPart.Tracks => new FollowedPart { Part = part, Tracks = file.Replay.Tracks },
        ForwardPart.Block => new FollowedPart { Part = part, Tracks = NoTracks, Track = file.Replay.Track, Block = file.Replay.Block, Chunk = file.Chunk, Payload = file.Payload },
        ForwardPart.Chunk => new FollowedPart { Part = part, Tracks = NoTracks, Chunk = file.Chunk, Payload = file.Payload },
        ForwardPart.Page => new FollowedPart { Part = part, Tracks = NoTracks, Page = file.Replay.Page },
        _ => new FollowedPart { Part = part, Tracks = NoTracks, Identity = file.Replay.Identity },
    };
}
