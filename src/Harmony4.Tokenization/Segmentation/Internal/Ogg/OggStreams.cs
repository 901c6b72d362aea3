namespace Harmony4.Tokenization.Internal;

/// <summary>The logical streams that play together; more than a fixed number are not looked at.</summary>
internal sealed class OggStreams(ulong? wanted)
{
    private const int MaxStreams = 16;

    private readonly OggStream[] _streams = new OggStream[MaxStreams];
    private int _count;

    public void Clear() => _count = 0;

    /// <summary>Goes on behind damage, in all of them.</summary>
    public void Restart()
    {
        for (var i = 0; i < _count; i++)
        {
            _streams[i].Restart();
        }
    }

    /// <summary>Whether a packet of one of them goes on on a page that was not read.</summary>
    public bool HasOpenPacket()
    {
        for (var i = 0; i < _count; i++)
        {
            if (_streams[i].HasOpenPacket)
            {
                return true;
            }
        }

        return false;
    }

    public void Add(uint serial, ReadOnlySpan<byte> head)
    {
        if (_count < MaxStreams)
        {
            _streams[_count++] = OggStream.Identify(serial, head);
        }
    }

    /// <summary>Returns the position of a stream, or −1.</summary>
    public int Find(uint serial)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_streams[i].Serial == serial)
            {
                return i;
            }
        }

        return -1;
    }

    public ref OggStream this[int index] => ref _streams[index];

    /// <summary>Counts the streams that have times.</summary>
    public int CountTimed()
    {
        var count = 0;
        for (var i = 0; i < _count; i++)
        {
            count += _streams[i].HasTimes ? 1 : 0;
        }

        return count;
    }

    /// <summary>Returns the position of the stream that times come from: the one that the caller wants, else the first video stream, else the first with times; −1 for none.</summary>
    public int FindTimeTrack()
    {
        var first = -1;
        for (var i = 0; i < _count; i++)
        {
            if (!_streams[i].HasTimes || _streams[i].IsStill || (wanted is { } serial && _streams[i].Serial != serial))
            {
                continue;
            }

            if (_streams[i].IsVideo)
            {
                return i;
            }

            first = first < 0 ? i : first;
        }

        return first;
    }
}
