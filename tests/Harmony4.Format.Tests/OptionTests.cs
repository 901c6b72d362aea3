using System.Reflection;

namespace Harmony4.Format.Tests;

/// <summary>Each number of the options: its default, the least and the most it takes, and that nothing beyond is taken.</summary>
public sealed class OptionTests
{
    public static TheoryData<Type, string, int, int, int> Numbers => new()
    {
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxMetadataLength), 16_777_216, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxJsonLength), 1_048_576, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxJsonDepth), 32, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxRootLength), 67_108_864, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxAuxCount), 256, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxSignCount), 16, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxSignLength), 65_536, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.PageCacheLength), 1_048_576, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.CheckedBlockMemory), 1_048_576, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxSeekLength), 268_435_456, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxBlockLength), 67_108_864, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxChunkCount), 33_554_432, 0, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxDegreeOfParallelism), Environment.ProcessorCount, 1, int.MaxValue },
        { typeof(H4mkContainerOptions), nameof(H4mkContainerOptions.MaxFindings), 1_000, 0, int.MaxValue },
        { typeof(BlockReadOptions), nameof(BlockReadOptions.MaxConcurrency), 16, 1, int.MaxValue },
        { typeof(BlockReadOptions), nameof(BlockReadOptions.MemoryBudget), 33_554_432, 1, int.MaxValue },
        { typeof(H4mkWriterOptions), nameof(H4mkWriterOptions.PageLog2), 10, int.MinValue, int.MaxValue },
        { typeof(H4mkWriterOptions), nameof(H4mkWriterOptions.MaxJsonLength), 1_048_576, int.MinValue, int.MaxValue },
        { typeof(H4mkWriterOptions), nameof(H4mkWriterOptions.MaxJsonDepth), 32, int.MinValue, int.MaxValue },
        { typeof(H4mkWriterOptions), nameof(H4mkWriterOptions.MaxAuxCount), 256, 3, 65_535 },
        { typeof(H4mkWriterOptions), nameof(H4mkWriterOptions.HashMemory), 33_554_432, 1_048_576, int.MaxValue },
    };

    [Theory, MemberData(nameof(Numbers))]
    public void Number_OfTheOptions_HasItsDefaultAndItsLimits(Type type, string name, int byDefault, int least, int most)
    {
        var property = type.GetProperty(name)!;
        var options = Activator.CreateInstance(type)!;
        Assert.Equal(byDefault, property.GetValue(options));
        foreach (var taken in (int[])[least, most, Math.Max(least, 7)])
        {
            property.SetValue(options, taken);
            Assert.Equal(taken, property.GetValue(options));
        }

        foreach (var refused in (long[])[least - 1L, most + 1L])
        {
            if ((int)refused == refused)
            {
                var exception = Assert.Throws<TargetInvocationException>(() => property.SetValue(options, (int)refused));
                Assert.Equal(name, Assert.IsType<ArgumentOutOfRangeException>(exception.InnerException).ParamName);
            }
        }
    }

    [Fact]
    public void Numbers_OfTheOptions_AreAllHere()
    {
        var listed = Numbers.Select(row => (Type: (Type)row[0], Name: (string)row[1])).ToHashSet();
        foreach (var type in (Type[])[typeof(H4mkContainerOptions), typeof(BlockReadOptions), typeof(H4mkWriterOptions)])
        {
            Assert.All(type.GetProperties().Where(p => p.PropertyType == typeof(int)), p => Assert.Contains((type, p.Name), listed));
        }
    }

    [Fact]
    public void Others_OfTheOptions_HaveTheirDefaults()
    {
        Assert.False(new H4mkContainerOptions().SortSeek);
        Assert.False(new H4mkWriterOptions().FlushToDisk);
        Assert.Equal(H4mkVersion.V11, new H4mkWriterOptions().Version);
        Assert.Equal("{}"u8, new H4mkWriterOptions().Meta.Span);
        Assert.Equal("{}"u8, new H4mkWriterOptions().Safe.Span);
        Assert.True(new H4mkWriterOptions().Trak.IsEmpty);
        Assert.Equal(new H4mkTrackInfo { Id = 0, Kind = TrackKind.Video }, Assert.Single(new H4mkWriterOptions().Tracks));
    }

    [Fact]
    public void PollInterval_OfAFollower_IsPositive()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(250), new H4mkFollowerOptions().PollInterval);
        Assert.Equal(TimeSpan.FromTicks(1), new H4mkFollowerOptions { PollInterval = TimeSpan.FromTicks(1) }.PollInterval);
        Assert.Throws<ArgumentOutOfRangeException>("PollInterval", () => new H4mkFollowerOptions { PollInterval = TimeSpan.Zero });
        Assert.Same(TimeProvider.System, new H4mkFollowerOptions().TimeProvider);
        Assert.Equal(new H4mkContainerOptions(), new H4mkFollowerOptions().Container);
    }
}
