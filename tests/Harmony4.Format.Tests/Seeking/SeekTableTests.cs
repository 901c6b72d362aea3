using System.Buffers.Binary;

namespace Harmony4.Format.Tests.Seeking;

/// <summary>The table against the definition: the last entry at or before the time.</summary>
public sealed class SeekTableTests
{
    public static TheoryData<string, int> Shapes
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var shape in SeekShapes.Names)
            {
                foreach (var count in (int[])[1, 2, 3, 9, 257, 4097, 20_000])
                {
                    data.Add(shape, count);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void FindIndex_AnyShape_IsThatOfTheDefinition(string shape, int count)
    {
        var times = SeekShapes.Make(shape, count);
        var table = SeekTable.Parse(Payload(times));
        var random = new Random(count);
        for (var i = 0; i < 3000; i++)
        {
            var near = times[random.Next(count)];
            Check(table, times, near);
            Check(table, times, near == 0 ? 0 : near - 1);
            Check(table, times, near == ulong.MaxValue ? near : near + 1);
            Check(table, times, (ulong)random.NextInt64(long.MinValue, long.MaxValue));
        }

        Check(table, times, 0);
        Check(table, times, ulong.MaxValue);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2_000)]
    [InlineData(2_000_000)]
    public void FindIndex_TimesAFewEntriesFromWhereTheyAreGuessed_IsThatOfTheDefinition(int longestGap)
    {
        // Some 17 entries a slot, no two of which lie alike: guesses are off by none to many, to both sides.
        var random = new Random(longestGap);
        var times = new ulong[70_000];
        for (var i = 1; i < times.Length; i++)
        {
            times[i] = times[i - 1] + (ulong)random.Next(longestGap + 1);
        }

        var table = SeekTable.Parse(Payload(times));
        for (var i = 0; i < times.Length; i += 3)
        {
            Check(table, times, times[i]);
            Check(table, times, times[i] == 0 ? 0 : times[i] - 1);
        }
    }

    [Fact]
    public void FindIndex_EveryTimeOfSmallTables_IsThatOfTheDefinition()
    {
        // Every non-decreasing table of up to five entries of times 0 to 5, and the same at the far end of 64 bits.
        for (var code = 0; code < 6 * 6 * 6 * 6 * 6; code++)
        {
            var digits = new ulong[5];
            for (int i = 0, rest = code; i < digits.Length; i++, rest /= 6)
            {
                digits[i] = (ulong)(rest % 6);
            }

            if (digits.Zip(digits.Skip(1)).All(p => p.First <= p.Second))
            {
                foreach (var start in (ulong[])[0, ulong.MaxValue - 5])
                {
                    var times = digits.Select(d => start + d).ToArray();
                    var table = SeekTable.Parse(Payload(times));
                    for (var t = 0UL; t <= 5; t++)
                    {
                        Check(table, times, start + t);
                    }

                    Check(table, times, 0);
                    Check(table, times, ulong.MaxValue);
                }
            }
        }
    }

    [Fact]
    public void Parse_NoEntries_FindsNothing()
    {
        var table = SeekTable.Parse(new byte[4]);
        Assert.Equal((0, -1, -1), (table.Count, table.FindIndex(0), table.FindIndex(ulong.MaxValue)));
        Assert.False(table.TryFind(5, out var entry));
        Assert.Equal(default, entry);
        Assert.Throws<ArgumentOutOfRangeException>(() => table[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => table[-1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("000000")]
    [InlineData("00000001")]
    [InlineData("0000000000")]
    [InlineData("FFFFFFFF00000000000000000000000000000000")]
    [InlineData("10000000")]
    public void Parse_LengthNotThatOfTheCount_IsAFormatError(string hex)
    {
        var exception = Assert.Throws<H4mkFormatException>(() => SeekTable.Parse(Convert.FromHexString(hex), offset: 77));
        Assert.Equal((H4mkErrorCode.BadLength, 77L, ChunkTag.Seek), (exception.Code, exception.Offset, exception.Tag!.Value));
    }

    [Fact]
    public void Parse_Decreasing_IsAFormatErrorUnlessSortedAndThenTheLastOfEqualsWins()
    {
        var payload = Payload([100, 50, 200, 50, 150]);
        var exception = Assert.Throws<H4mkFormatException>(() => SeekTable.Parse(payload, offset: 9));
        Assert.Equal((H4mkErrorCode.SeekOrder, 9L), (exception.Code, exception.Offset));
        var table = SeekTable.Parse(payload, sortDecreasing: true);
        Assert.Equal([50, 50, 100, 150, 200], Enumerable.Range(0, table.Count).Select(i => table[i].Pts));
        Assert.Equal([1, 3, 0, 4, 2], Enumerable.Range(0, table.Count).Select(i => table[i].Offset));
        Assert.True(table.TryFind(60, out var entry));
        Assert.Equal(new SeekEntry(50, 3), entry);
    }

    internal static byte[] Payload(ulong[] times)
    {
        var payload = new byte[4 + (16 * times.Length)];
        BinaryPrimitives.WriteInt32BigEndian(payload, times.Length);
        for (var i = 0; i < times.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(payload.AsSpan(4 + (16 * i)), times[i]);
            BinaryPrimitives.WriteUInt64BigEndian(payload.AsSpan(12 + (16 * i)), (ulong)i);
        }

        return payload;
    }

    private static void Check(SeekTable table, ulong[] times, ulong pts)
    {
        // Upper bound by the plainest binary search.
        int low = 0, high = times.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = times[middle] <= pts ? (middle + 1, high) : (low, middle);
        }

        Assert.Equal(low - 1, table.FindIndex(pts));
    }
}
