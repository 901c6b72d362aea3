using System.Numerics;

namespace Harmony4.Tokenization.Internal;

/// <summary>
/// Finds the strongest bins: larger power first, then the lower bin. Only comparisons, so no width can change the answer;
/// the work is bounded also when all bins tie.
/// </summary>
/// <remarks>
/// Bins i, i + G, i + 2G, … form group i of G. A power that at least K group maxima reach is reached by at least K bins, and not
/// by many more: a bisection over the few maxima finds one, and only the bins that reach it are collected and ordered.
/// </remarks>
internal static unsafe class PeakSelector<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Above this many, ordering by counting loses to a sort.</summary>
    private const int MaxCounted = 320;

    /// <summary>Bins are looked at in blocks of this many: the widest vector.</summary>
    private const int BlockLength = 8;

    /// <summary>Writes the bins of the <paramref name="count"/> largest of <paramref name="half"/> + 1 powers; returns the largest power.</summary>
    public static double Select(double* power, int half, int count, PeakScratch scratch)
    {
        var groups = GetGroupCount(half, count);
        var max = FoldGroups(power, half, groups, scratch.Values);
        max = power[half] > max ? power[half] : max;
        if (max == 0)
        {
            for (var i = 0; i < count; i++)
            {
                scratch.Selected[i] = i;
            }

            return 0;
        }

        var threshold = groups < count ? 0 : Bisect(scratch.Values, groups, count, max, slack: count / 4, out _);
        var candidates = Collect(power, half, BitConverter.Int64BitsToDouble(threshold), scratch);
        if (candidates > (2 * count) + 16)
        {
            candidates = Narrow(candidates, count, max, scratch);
        }

        if (candidates <= MaxCounted)
        {
            OrderByCounting(candidates, scratch);
        }
        else
        {
            OrderBySorting(candidates, count, scratch);
        }

        return max;
    }

    private static int GetGroupCount(int half, int count) =>
        Math.Min(half, Math.Max(64, (int)BitOperations.RoundUpToPowerOf2((uint)count) * 4));

    private static double FoldGroups(double* power, int half, int groups, double* maxima)
    {
        var max = TLanes.Broadcast(0.0);
        for (var i = 0; i < groups; i += TLanes.Count)
        {
            var group = TLanes.Load(power + i);
            for (var at = i + groups; at < half; at += groups)
            {
                group = TLanes.Max(group, TLanes.Load(power + at));
            }

            TLanes.Store(maxima + i, group);
            max = TLanes.Max(max, group);
        }

        var lanes = stackalloc double[8];
        TLanes.Store(lanes, max);
        for (var i = 1; i < TLanes.Count; i++)
        {
            lanes[0] = lanes[i] > lanes[0] ? lanes[i] : lanes[0];
        }

        return lanes[0];
    }

    /// <summary>
    /// The bits of a value that at least <paramref name="count"/> of the values reach, and at most <paramref name="slack"/> more
    /// unless ties forbid; then it is the value at that place. The bits of doubles that are not negative order as the doubles do.
    /// </summary>
    private static long Bisect(double* values, int length, int count, double max, int slack, out int reached)
    {
        var high = BitConverter.DoubleToInt64Bits(max) + 1;
        var low = high;
        var step = 1L << 52;
        do
        {
            high = low;
            low = Math.Max(0, low - step);
            step *= 2;
            reached = CountAtLeast(values, length, low);
        }
        while (reached < count);

        while (reached > count + slack && high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            var reaching = CountAtLeast(values, length, middle);

            // All ones where enough values reach the middle: which half it is cannot be foretold, so it is no branch.
            var enough = ~((long)(reaching - count) >> 63);
            low += (middle - low) & enough;
            high += (middle - high) & ~enough;
            reached += (reaching - reached) & (int)enough;
        }

        return low;
    }

    private static int CountAtLeast(double* values, int length, long bits)
    {
        var threshold = TLanes.Broadcast(BitConverter.Int64BitsToDouble(bits));
        var count = 0;
        for (var i = 0; i < length; i += TLanes.Count)
        {
            count += BitOperations.PopCount(TLanes.AtLeastMask(TLanes.Load(values + i), threshold));
        }

        return count;
    }

    private static int Collect(double* power, int half, double threshold, PeakScratch scratch)
    {
        var limit = TLanes.Broadcast(threshold);
        double* values = scratch.Values;
        int* bins = scratch.Bins;
        int* hits = scratch.Selected;
        var hitCount = 0;

        // Where the strong bins are cannot be foretold: both loops write always and advance by what they found.
        for (var start = 0; start < half; start += BlockLength)
        {
            var block = TLanes.Load(power + start);
            for (var i = TLanes.Count; i < BlockLength; i += TLanes.Count)
            {
                block = TLanes.Max(block, TLanes.Load(power + start + i));
            }

            hits[hitCount] = start;
            hitCount += TLanes.AtLeastMask(block, limit) != 0 ? 1 : 0;
        }

        var count = 0;
        for (var i = 0; i < hitCount; i++)
        {
            for (var bin = hits[i]; bin < hits[i] + BlockLength; bin++)
            {
                bins[count] = bin;
                count += power[bin] >= threshold ? 1 : 0;
            }
        }

        bins[count] = half;
        count += power[half] >= threshold ? 1 : 0;
        for (var i = 0; i < count; i++)
        {
            values[i] = power[bins[i]];
        }

        return count;
    }

    /// <summary>Leaves few candidates more than <paramref name="count"/>, the answer among them; of ties at the last place the lowest bins.</summary>
    private static int Narrow(int candidates, int count, double max, PeakScratch scratch)
    {
        double* values = scratch.Values;
        int* bins = scratch.Bins;
        Pad(values, candidates);
        var slack = count / 2;
        var last = BitConverter.Int64BitsToDouble(Bisect(values, candidates, count, max, slack, out var reached));
        var ties = candidates;
        if (reached > count + slack)
        {
            ties = count;
            for (var i = 0; i < candidates; i++)
            {
                ties -= values[i] > last ? 1 : 0;
            }
        }

        var kept = 0;
        for (var i = 0; i < candidates; i++)
        {
            if (values[i] > last || (values[i] == last && ties-- > 0))
            {
                bins[kept] = bins[i];
                values[kept++] = values[i];
            }
        }

        return kept;
    }

    /// <summary>The place of a candidate is the number of those before it in order.</summary>
    private static void OrderByCounting(int candidates, PeakScratch scratch)
    {
        double* values = scratch.Values;
        Pad(values, candidates);
        var sum = 0;
        for (var i = 0; i < candidates; i++)
        {
            var value = TLanes.Broadcast(values[i]);
            var place = -1;
            for (var j = 0; j < candidates; j += TLanes.Count)
            {
                place += BitOperations.PopCount(TLanes.AtLeastMask(TLanes.Load(values + j), value));
            }

            scratch.Selected[place] = scratch.Bins[i];
            sum += place;
        }

        // Without ties the places are 0, 1, 2, …; each tie puts a candidate too far back.
        if (sum != candidates * (candidates - 1) / 2)
        {
            OrderTies(candidates, scratch);
        }
    }

    /// <summary>As the simple count, with the lower of equal bins first: those before it count when they reach the value, those after when they exceed it.</summary>
    private static void OrderTies(int candidates, PeakScratch scratch)
    {
        double* values = scratch.Values;
        for (var i = 0; i < candidates; i++)
        {
            var reach = TLanes.Broadcast(values[i]);
            var exceed = TLanes.Broadcast(Math.BitIncrement(values[i]));
            var own = i & -TLanes.Count;
            var place = 0;
            for (var j = 0; j < own; j += TLanes.Count)
            {
                place += BitOperations.PopCount(TLanes.AtLeastMask(TLanes.Load(values + j), reach));
            }

            var below = (1u << (i - own)) - 1;
            var mixed = TLanes.Load(values + own);
            place += BitOperations.PopCount((TLanes.AtLeastMask(mixed, reach) & below) | (TLanes.AtLeastMask(mixed, exceed) & ~below));
            for (var j = own + TLanes.Count; j < candidates; j += TLanes.Count)
            {
                place += BitOperations.PopCount(TLanes.AtLeastMask(TLanes.Load(values + j), exceed));
            }

            scratch.Selected[place] = scratch.Bins[i];
        }
    }

    private static void OrderBySorting(int candidates, int count, PeakScratch scratch)
    {
        var values = new Span<double>(scratch.Values, candidates);
        var bins = new Span<int>(scratch.Bins, candidates);

        // Negated, so that ascending order is strongest first.
        foreach (ref var value in values)
        {
            value = -value;
        }

        values.Sort(bins);
        for (int i = 0, end; i < candidates; i = end)
        {
            for (end = i + 1; end < candidates && values[end] == values[i];)
            {
                end++;
            }

            bins[i..end].Sort();
        }

        bins[..count].CopyTo(new Span<int>(scratch.Selected, count));
    }

    /// <summary>Fills the last vector with values that reach no power.</summary>
    private static void Pad(double* values, int length)
    {
        for (var i = length; i % 8 != 0; i++)
        {
            values[i] = -1;
        }
    }
}
