using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>SHA-256(seed ‖ 0) ‖ SHA-256(seed ‖ 1) ‖ …, XORed into data: a lane per counter.</summary>
internal static unsafe class CounterStream
{
    private const int DigestSize = Sha256Constants.DigestSize;

    /// <summary>XORs in lanes; the seed has <see cref="CounterSeed.Length"/> bytes.</summary>
    public static void Xor(LanePath path, ReadOnlySpan<byte> seed, long offset, Span<byte> data)
    {
        switch (path)
        {
            case LanePath.Vector512:
                Xor<Lanes512, Vector512<uint>>(seed, offset, data);
                break;
            case LanePath.Vector256:
                Xor<Lanes256, Vector256<uint>>(seed, offset, data);
                break;
            case LanePath.Vector128:
                Xor<Lanes128, Vector128<uint>>(seed, offset, data);
                break;
            default:
                XorOneByOne(seed, offset, data);
                break;
        }
    }

    /// <summary>XORs with one call of the platform per digest; the seed has any length.</summary>
    [SkipLocalsInit]
    public static void XorOneByOne(ReadOnlySpan<byte> seed, long offset, Span<byte> data)
    {
        Span<byte> message = stackalloc byte[seed.Length + sizeof(uint)];
        seed.CopyTo(message);
        Span<byte> digest = stackalloc byte[DigestSize];
        while (!data.IsEmpty)
        {
            BinaryPrimitives.WriteUInt32BigEndian(message[seed.Length..], (uint)(offset / DigestSize));
            SHA256.HashData(message, digest);
            var count = XorBytes(data, digest[(int)(offset % DigestSize)..]);
            data = data[count..];
            offset += count;
        }

        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(digest);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Xor<TLanes, TVector>(ReadOnlySpan<byte> seed, long offset, Span<byte> data)
        where TLanes : struct, ILaneVector<TVector>
        where TVector : unmanaged
    {
        const int stateWords = Sha256Constants.StateWords;
        var lanes = LaneKernel<TLanes, TVector>.Lanes;
        var size = LaneKernel<TLanes, TVector>.Reserve((3 * stateWords) + (2 * 16) + 1);
        var memory = stackalloc byte[size];
        var start = (TVector*)LaneKernel<TLanes, TVector>.Align(memory);
        var work = start + stateWords;
        var fixedWords = work + stateWords;
        var words = fixedWords + 16;
        var output = words + 16;
        var laneNumbers = output + stateWords;
        Spread<TLanes, TVector>(seed, start, fixedWords);
        for (var lane = 0; lane < lanes; lane++)
        {
            ((uint*)laneNumbers)[lane] = (uint)lane;
        }

        var constants = LaneKernel<TLanes, TVector>.RoundConstants;
        while (!data.IsEmpty)
        {
            // Copied vector by vector: a block copy's narrower stores could not be forwarded to the loads that follow.
            for (var i = 0; i < stateWords; i++)
            {
                work[i] = start[i];
            }

            for (var i = 0; i < 16; i++)
            {
                words[i] = fixedWords[i];
            }

            words[CounterSeed.CounterWord] = TLanes.Add(TLanes.Broadcast((uint)(offset / DigestSize)), *laneNumbers);
            LaneKernel<TLanes, TVector>.EightRounds(work, words + CounterSeed.CounterWord, constants + CounterSeed.CounterWord);
            LaneKernel<TLanes, TVector>.ExtendSchedule(words, CounterSeed.FixedScheduleWords);
            LaneKernel<TLanes, TVector>.Rounds(work, words, constants + 16, 2);
            for (var i = 0; i < stateWords; i++)
            {
                work[i] = TLanes.Add(work[i], TLanes.Broadcast(Sha256Constants.InitialState[i]));
            }

            TLanes.StoreDigests(work, (byte*)output);
            var stream = new ReadOnlySpan<byte>(output, lanes * DigestSize);
            var count = XorBytes(data, stream[(int)(offset % DigestSize)..]);
            data = data[count..];
            offset += count;
        }

        CryptographicOperations.ZeroMemory(new Span<byte>(memory, size));
    }

    private static void Spread<TLanes, TVector>(ReadOnlySpan<byte> seed, TVector* start, TVector* fixedWords)
        where TLanes : struct, ILaneVector<TVector>
        where TVector : unmanaged
    {
        Span<uint> state = stackalloc uint[Sha256Constants.StateWords];
        Span<uint> words = stackalloc uint[16];
        CounterSeed.Prepare(seed, state, words);
        for (var i = 0; i < state.Length; i++)
        {
            start[i] = TLanes.Broadcast(state[i]);
        }

        for (var i = 0; i < words.Length; i++)
        {
            fixedWords[i] = TLanes.Broadcast(words[i]);
        }

        state.Clear();
        words.Clear();
    }

    /// <summary>XORs as much as both have, and returns how much that was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int XorBytes(Span<byte> data, ReadOnlySpan<byte> stream)
    {
        var count = Math.Min(data.Length, stream.Length);
        var i = 0;
        for (; i <= count - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            (new Vector<byte>(data[i..]) ^ new Vector<byte>(stream[i..])).CopyTo(data[i..]);
        }

        for (; i < count; i++)
        {
            data[i] ^= stream[i];
        }

        return count;
    }
}
