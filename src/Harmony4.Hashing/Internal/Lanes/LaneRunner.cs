using System.Runtime.CompilerServices;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>Drives the kernel over a feed until every lane is idle.</summary>
internal static unsafe class LaneRunner<TLanes, TVector>
    where TLanes : struct, ILaneVector<TVector>
    where TVector : unmanaged
{
    private const int Idle = -1;

    [SkipLocalsInit]
    public static void Run<TFeed>(ref TFeed feed)
        where TFeed : ILaneFeed, allows ref struct
    {
        var lanes = LaneKernel<TLanes, TVector>.Lanes;
        var memory = stackalloc byte[LaneKernel<TLanes, TVector>.Reserve(Sha256Constants.StateWords)];
        var state = (TVector*)LaneKernel<TLanes, TVector>.Align(memory);
        var blocks = stackalloc byte*[lanes];
        var left = stackalloc int[lanes];
        new Span<int>(left, lanes).Clear();
        while (true)
        {
            var shortest = feed.MaxStep;
            byte* busy = null;
            for (var lane = 0; lane < lanes; lane++)
            {
                if (left[lane] == 0 && !feed.TryNext(new LaneColumn(state, lane, lanes), out blocks[lane], out left[lane]))
                {
                    left[lane] = Idle;
                }

                if (left[lane] != Idle)
                {
                    shortest = Math.Min(shortest, left[lane]);
                    busy = blocks[lane];
                }
            }

            if (busy is null)
            {
                return;
            }

            for (var lane = 0; lane < lanes; lane++)
            {
                if (left[lane] == Idle)
                {
                    // The kernel reads every lane; an idle one follows a busy one and its result is dropped.
                    blocks[lane] = busy;
                }
                else
                {
                    left[lane] -= shortest;
                }
            }

            LaneKernel<TLanes, TVector>.Compress(state, blocks, shortest);
            feed.Advance(shortest);
        }
    }
}
