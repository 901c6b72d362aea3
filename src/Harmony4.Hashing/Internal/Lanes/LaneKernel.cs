using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>
/// The SHA-256 compression function on as many independent messages as a vector has elements. The message schedule lives
/// in stack memory and the round constants in a pre-broadcast table: as locals they would spill at twice the cost.
/// </summary>
internal static unsafe class LaneKernel<TLanes, TVector>
    where TLanes : struct, ILaneVector<TVector>
    where TVector : unmanaged
{
    private const int CacheLine = 64;
    private const int PrefetchDistance = 1024;

    private static readonly uint[] RoundTable = MakeRoundTable();

    public static int Lanes => sizeof(TVector) / sizeof(uint);

    /// <summary>Round constants, each repeated for every lane, on a cache line.</summary>
    public static TVector* RoundConstants => (TVector*)Align(Unsafe.AsPointer(ref RoundTable[0]));

    /// <summary>Rounds an address up to a cache line; the memory must be one line longer than what is used of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* Align(void* memory) => (void*)(((nuint)memory + (CacheLine - 1)) & ~(nuint)(CacheLine - 1));

    /// <summary>Bytes to reserve for <paramref name="vectors"/> aligned vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Reserve(int vectors) => (vectors * sizeof(TVector)) + CacheLine;

    /// <summary>Compresses <paramref name="count"/> consecutive blocks of every lane and moves the lanes' pointers past them.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Compress(TVector* state, byte** blocks, int count)
    {
        var memory = stackalloc byte[Reserve(Sha256Constants.StateWords + 16)];
        var words = (TVector*)Align(memory);
        var work = words + 16;
        var constants = RoundConstants;
        for (; count > 0; count--)
        {
            TLanes.LoadBlocks(blocks, words);
            // From the last lane to the first: blocks at the same place in a page share a set of the cache, which holds fewer than
            // sixteen lines, and the next load begins with the first lane.
            for (var lane = Lanes - 1; lane >= 0; lane--)
            {
                blocks[lane] += Sha256Constants.BlockSize;
                Prefetch(blocks[lane]);
            }

            for (var i = 0; i < Sha256Constants.StateWords; i++)
            {
                work[i] = state[i];
            }

            Rounds(work, words, constants, 3);
            for (var i = 0; i < Sha256Constants.StateWords; i++)
            {
                state[i] = TLanes.Add(state[i], work[i]);
            }
        }
    }

    /// <summary>Asks for bytes that a lane will need some blocks later: the CPU's own prefetcher does not follow so many streams.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* position)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(position + PrefetchDistance);
        }
    }

    /// <summary>Runs the last 16 × (<paramref name="groups"/> + 1) rounds; <paramref name="w"/> holds the schedule of their first sixteen, <paramref name="k"/> their constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rounds(TVector* state, TVector* w, TVector* k, int groups)
    {
        var a = state[0];
        var b = state[1];
        var c = state[2];
        var d = state[3];
        var e = state[4];
        var f = state[5];
        var g = state[6];
        var h = state[7];
        for (; groups > 0; groups--, k += 16)
        {
            Round(a, b, c, ref d, e, f, g, ref h, TLanes.Add(w[0], k[0]));
            Schedule(ref w[0], w[1], w[9], w[14]);
            Round(h, a, b, ref c, d, e, f, ref g, TLanes.Add(w[1], k[1]));
            Schedule(ref w[1], w[2], w[10], w[15]);
            Round(g, h, a, ref b, c, d, e, ref f, TLanes.Add(w[2], k[2]));
            Schedule(ref w[2], w[3], w[11], w[0]);
            Round(f, g, h, ref a, b, c, d, ref e, TLanes.Add(w[3], k[3]));
            Schedule(ref w[3], w[4], w[12], w[1]);
            Round(e, f, g, ref h, a, b, c, ref d, TLanes.Add(w[4], k[4]));
            Schedule(ref w[4], w[5], w[13], w[2]);
            Round(d, e, f, ref g, h, a, b, ref c, TLanes.Add(w[5], k[5]));
            Schedule(ref w[5], w[6], w[14], w[3]);
            Round(c, d, e, ref f, g, h, a, ref b, TLanes.Add(w[6], k[6]));
            Schedule(ref w[6], w[7], w[15], w[4]);
            Round(b, c, d, ref e, f, g, h, ref a, TLanes.Add(w[7], k[7]));
            Schedule(ref w[7], w[8], w[0], w[5]);
            Round(a, b, c, ref d, e, f, g, ref h, TLanes.Add(w[8], k[8]));
            Schedule(ref w[8], w[9], w[1], w[6]);
            Round(h, a, b, ref c, d, e, f, ref g, TLanes.Add(w[9], k[9]));
            Schedule(ref w[9], w[10], w[2], w[7]);
            Round(g, h, a, ref b, c, d, e, ref f, TLanes.Add(w[10], k[10]));
            Schedule(ref w[10], w[11], w[3], w[8]);
            Round(f, g, h, ref a, b, c, d, ref e, TLanes.Add(w[11], k[11]));
            Schedule(ref w[11], w[12], w[4], w[9]);
            Round(e, f, g, ref h, a, b, c, ref d, TLanes.Add(w[12], k[12]));
            Schedule(ref w[12], w[13], w[5], w[10]);
            Round(d, e, f, ref g, h, a, b, ref c, TLanes.Add(w[13], k[13]));
            Schedule(ref w[13], w[14], w[6], w[11]);
            Round(c, d, e, ref f, g, h, a, ref b, TLanes.Add(w[14], k[14]));
            Schedule(ref w[14], w[15], w[7], w[12]);
            Round(b, c, d, ref e, f, g, h, ref a, TLanes.Add(w[15], k[15]));
            Schedule(ref w[15], w[0], w[8], w[13]);
        }

        for (var i = 0; i < 16; i += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, TLanes.Add(w[i], k[i]));
            Round(h, a, b, ref c, d, e, f, ref g, TLanes.Add(w[i + 1], k[i + 1]));
            Round(g, h, a, ref b, c, d, e, ref f, TLanes.Add(w[i + 2], k[i + 2]));
            Round(f, g, h, ref a, b, c, d, ref e, TLanes.Add(w[i + 3], k[i + 3]));
            Round(e, f, g, ref h, a, b, c, ref d, TLanes.Add(w[i + 4], k[i + 4]));
            Round(d, e, f, ref g, h, a, b, ref c, TLanes.Add(w[i + 5], k[i + 5]));
            Round(c, d, e, ref f, g, h, a, ref b, TLanes.Add(w[i + 6], k[i + 6]));
            Round(b, c, d, ref e, f, g, h, ref a, TLanes.Add(w[i + 7], k[i + 7]));
        }

        state[0] = a;
        state[1] = b;
        state[2] = c;
        state[3] = d;
        state[4] = e;
        state[5] = f;
        state[6] = g;
        state[7] = h;
    }

    /// <summary>Runs eight rounds on given words, without extending the schedule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void EightRounds(TVector* state, TVector* w, TVector* k)
    {
        var a = state[0];
        var b = state[1];
        var c = state[2];
        var d = state[3];
        var e = state[4];
        var f = state[5];
        var g = state[6];
        var h = state[7];
        Round(a, b, c, ref d, e, f, g, ref h, TLanes.Add(w[0], k[0]));
        Round(h, a, b, ref c, d, e, f, ref g, TLanes.Add(w[1], k[1]));
        Round(g, h, a, ref b, c, d, e, ref f, TLanes.Add(w[2], k[2]));
        Round(f, g, h, ref a, b, c, d, ref e, TLanes.Add(w[3], k[3]));
        Round(e, f, g, ref h, a, b, c, ref d, TLanes.Add(w[4], k[4]));
        Round(d, e, f, ref g, h, a, b, ref c, TLanes.Add(w[5], k[5]));
        Round(c, d, e, ref f, g, h, a, ref b, TLanes.Add(w[6], k[6]));
        Round(b, c, d, ref e, f, g, h, ref a, TLanes.Add(w[7], k[7]));
        state[0] = a;
        state[1] = b;
        state[2] = c;
        state[3] = d;
        state[4] = e;
        state[5] = f;
        state[6] = g;
        state[7] = h;
    }

    /// <summary>Extends the schedule from word <paramref name="first"/> of the group on, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ExtendSchedule(TVector* w, int first)
    {
        for (var i = first; i < 16; i++)
        {
            Schedule(ref w[i], w[(i + 1) & 15], w[(i + 9) & 15], w[(i + 14) & 15]);
        }
    }

    /// <summary>One round (FIPS 180-4, 6.2.2 step 3); the caller renames the variables instead of moving them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        TVector a, TVector b, TVector c, ref TVector d, TVector e, TVector f, TVector g, ref TVector h, TVector wk)
    {
        var t = TLanes.Add(TLanes.Add(TLanes.Add(h, wk), TLanes.Choose(e, f, g)), TLanes.BigSigma1(e));
        d = TLanes.Add(d, t);
        h = TLanes.Add(t, TLanes.Add(TLanes.BigSigma0(a), TLanes.Majority(a, b, c)));
    }

    /// <summary>Replaces word t, already used, by word t + 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Schedule(ref TVector word, TVector plus1, TVector plus9, TVector plus14) =>
        word = TLanes.Add(TLanes.Add(word, TLanes.SmallSigma0(plus1)), TLanes.Add(plus9, TLanes.SmallSigma1(plus14)));

    private static uint[] MakeRoundTable()
    {
        var constants = Sha256Constants.RoundConstants;
        var table = GC.AllocateArray<uint>((constants.Length * Lanes) + (CacheLine / sizeof(uint)), pinned: true);
        var aligned = (uint*)Align(Unsafe.AsPointer(ref table[0]));
        for (var i = 0; i < constants.Length; i++)
        {
            new Span<uint>(aligned + (i * Lanes), Lanes).Fill(constants[i]);
        }

        return table;
    }
}
