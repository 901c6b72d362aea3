using System.Buffers.Binary;
using System.Numerics;

namespace Harmony4.Hashing.Internal.Lanes;

/// <summary>
/// The part of SHA-256(seed ‖ counter) that is the same for every counter. The message is one block: eight words of seed,
/// the counter, and padding; so the first eight rounds and schedule words 16 to 22 never see the counter.
/// </summary>
internal static class CounterSeed
{
    public const int Length = 32;

    /// <summary>The place of the counter in the block, in words.</summary>
    public const int CounterWord = 8;

    /// <summary>Schedule words that do not depend on the counter: 16 up to, not including, 16 + this.</summary>
    public const int FixedScheduleWords = 7;

    private const int WordsInBlock = 16;
    private const uint PaddingWord = 0x80000000;
    private const uint MessageBits = (Length + sizeof(uint)) * 8;

    /// <param name="seed">The seed, 32 bytes.</param>
    /// <param name="state">Receives the state after eight rounds.</param>
    /// <param name="words">
    /// Receives sixteen words as the kernel needs them for its second half-group: schedule words 16…22 in places 0…6, then
    /// words 7…15 of the block, the counter's being 0.
    /// </param>
    public static void Prepare(ReadOnlySpan<byte> seed, Span<uint> state, Span<uint> words)
    {
        words.Clear();
        for (var i = 0; i < CounterWord; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(seed[(i * sizeof(uint))..]);
        }

        words[CounterWord + 1] = PaddingWord;
        words[WordsInBlock - 1] = MessageBits;
        Sha256Constants.InitialState.CopyTo(state);
        for (var i = 0; i < CounterWord; i++)
        {
            Round(state, words[i] + Sha256Constants.RoundConstants[i]);
        }

        for (var i = 0; i < FixedScheduleWords; i++)
        {
            // Neither word i + 1 nor i + 9 nor i + 14 is the counter's, up to word 22.
            words[i] += SmallSigma0(words[i + 1]) + words[(i + 9) % WordsInBlock] + SmallSigma1(words[(i + 14) % WordsInBlock]);
        }
    }

    private static void Round(Span<uint> s, uint wk)
    {
        var bigSigma1 = BitOperations.RotateRight(s[4], 6) ^ BitOperations.RotateRight(s[4], 11) ^ BitOperations.RotateRight(s[4], 25);
        var bigSigma0 = BitOperations.RotateRight(s[0], 2) ^ BitOperations.RotateRight(s[0], 13) ^ BitOperations.RotateRight(s[0], 22);
        var t = s[7] + bigSigma1 + (s[6] ^ (s[4] & (s[5] ^ s[6]))) + wk;
        var majority = s[1] ^ ((s[0] ^ s[1]) & (s[1] ^ s[2]));
        s[..7].CopyTo(s[1..]);
        s[4] += t;
        s[0] = t + bigSigma0 + majority;
    }

    private static uint SmallSigma0(uint x) => BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3);

    private static uint SmallSigma1(uint x) => BitOperations.RotateRight(x, 17) ^ BitOperations.RotateRight(x, 19) ^ (x >> 10);
}
