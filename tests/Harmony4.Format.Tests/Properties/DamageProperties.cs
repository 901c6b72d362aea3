using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Harmony4.TestKit;

namespace Harmony4.Format.Tests.Properties;

/// <summary>No damage passes, and none raises anything but <see cref="H4mkFormatException"/>.</summary>
public sealed class DamageProperties
{
    /// <summary>Set HARMONY4_LONG_TESTS=1 for 100 times as many mutations, without a fixed seed.</summary>
    private static readonly int Factor = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1" ? 100 : 1;

    [Fact]
    public async Task Verify_EverySingleBitFlip_IsFound()
    {
        var bytes = Media.Small.Encode();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(await IsFoundAsync(bytes), $"bit {bit} of {bytes.Length * 8}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.False(await IsFoundAsync(bytes));
    }

    [Fact]
    public async Task Verify_EveryCut_IsFound()
    {
        var bytes = Media.Small.Encode();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.True(await IsFoundAsync(bytes[..length]), $"cut to {length} of {bytes.Length}");
        }
    }

    [Fact]
    public async Task Verify_EveryPairOfChunksSwapped_IsFound()
    {
        var bytes = Media.Small.Encode();
        await using var container = await H4mkContainer.OpenAsync(bytes);
        var chunks = await container.EnumerateChunksAsync().ToArrayAsync();
        for (var a = 0; a < chunks.Length; a++)
        {
            for (var b = a + 1; b < chunks.Length; b++)
            {
                var order = Enumerable.Range(0, chunks.Length).ToArray();
                (order[a], order[b]) = (order[b], order[a]);
                byte[] swapped = [.. bytes.Take(8), .. order.SelectMany(i => bytes[(int)chunks[i].Offset..(int)chunks[i].EndOffset])];
                Assert.True(await IsFoundAsync(swapped), $"{chunks[a].Tag} and {chunks[b].Tag}");
            }
        }
    }

    [Fact]
    public async Task Read_AnyMutation_IsFoundAndRaisesNothingElse()
    {
        var random = new Random(Factor == 1 ? 4 : Environment.TickCount);
        var media = MediaArbitrary.Media().Generator.Sample(20).Append(Media.Small).Select(m => m.Encode()).Where(b => b.Length < 60_000).ToArray();
        for (var i = 0; i < 4000 * Factor; i++)
        {
            var original = media[random.Next(media.Length)];
            var mutated = Mutate(original, random);
            if (!mutated.AsSpan().SequenceEqual(original))
            {
                Assert.True(await IsFoundAsync(mutated), $"{Convert.ToHexString(mutated)}");
                if (mutated.Length < 2000)
                {
                    await ReadAllAsync(mutated);
                }
            }
        }
    }

    [Property(Replay = "201,7", MaxTest = 200)]
    public async Task Read_AnyBytesAfterAHeader_RaiseNothingElse(byte[] bytes)
    {
        await ReadAllAsync(bytes);
        await ReadAllAsync([.. "H4MK"u8, 0, 1, 0, 0, .. bytes]);
        await ReadAllAsync([.. "H4MK"u8, 0, 1, 0, 0, .. "SEEK"u8, 0, 0, 0, (byte)bytes.Length, 0, 0, 0, 0, .. bytes]);
    }

    /// <summary>Whether opening refuses the bytes or verification reports something; anything else that is thrown fails the test.</summary>
    private static async Task<bool> IsFoundAsync(byte[] bytes)
    {
        try
        {
            await using var container = await H4mkContainer.OpenAsync(bytes);
            return (await container.VerifyAsync()).State != VerificationState.Unsigned;
        }
        catch (H4mkFormatException exception)
        {
            Assert.InRange(exception.Offset, 0, bytes.Length);
            return true;
        }
    }

    private static async Task ReadAllAsync(byte[] bytes)
    {
        foreach (var cut in Segmentations.Of(bytes).Take(4))
        {
            Try(() => ReadForward(cut));
        }

        H4mkContainer? opened = null;
        await TryAsync(async () => opened = await H4mkContainer.OpenAsync(H4mkSource.FromStream(new MemoryStream(bytes))));
        if (opened is not { } container)
        {
            return;
        }

        await TryAsync(async () => await container.ReadMetaAsync());
        await TryAsync(async () => await container.ReadSafeAsync());
        await TryAsync(async () => await container.ReadVeriAsync());
        await TryAsync(async () => await container.FindKeyframeAsync(0, 50_000));
        await TryAsync(async () => await container.OpenTrackStream(0).CopyToAsync(Stream.Null));
        for (var i = 0; i < container.BlockCount; i++)
        {
            await TryAsync(async () => await container.ReadBlockAsync(0, i, new ArrayBufferWriter<byte>()));
        }

        await container.DisposeAsync();
    }

    private static void ReadForward(ReadOnlySequence<byte> bytes)
    {
        var reader = new H4mkReader(bytes, isFinalBlock: true);
        while (reader.Read())
        {
        }
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (H4mkFormatException)
        {
        }
    }

    private static async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (H4mkFormatException)
        {
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3 when length > 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 4 when length >= 4:
                    // A length or count of all ones, of zero, or of just over 2^31.
                    bytes.RemoveRange(at, 4);
                    bytes.InsertRange(at, random.Next(3) switch { 0 => [255, 255, 255, 255], 1 => [0, 0, 0, 0], _ => new byte[] { 128, 0, 0, 1 } });
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }
}
