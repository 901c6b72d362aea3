using System.Buffers.Binary;
using Harmony4.Format;
using Harmony4.Hashing;
using Harmony4.TestKit;

namespace Harmony4.Tests.Edit;

/// <summary>A change in place is made as a whole or not at all, wherever a crash cuts it.</summary>
public sealed class ContainerEditTests : IDisposable
{
    private const int CutOffset = 70_000;
    private static readonly byte[] Old = Vectors.SeededBytes("old", 100_000);
    private static readonly byte[] Longer = [.. Old[..CutOffset], .. Vectors.SeededBytes("longer", 50_000)];
    private static readonly byte[] Shorter = [.. Old[..CutOffset], .. Vectors.SeededBytes("shorter", 1_000)];

    private readonly string _folder = Directory.CreateTempSubdirectory("harmony4-edit-").FullName;

    public static TheoryData<bool> Lengths => [true, false];

    private string File1 => Path.Combine(_folder, "file");

    private string Undo => Path.Combine(_folder, ".file.undo");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Lengths))]
    public async Task Complete_NewEnd_IsAllThatIsLeft(bool longer)
    {
        var changed = longer ? Longer : Shorter;
        File.WriteAllBytes(File1, Old);
        await using (var edit = await BeginAsync(File1))
        {
            Assert.Equal(CutOffset, edit.Stream.Position);
            Assert.Equal(Undo, ContainerEdit.GetUndoPath(File1));
            Assert.True(File.Exists(Undo));
            await edit.Stream.WriteAsync(changed.AsMemory(CutOffset));
            await edit.CompleteAsync();
        }

        Assert.Equal(changed, File.ReadAllBytes(File1));
        Assert.Equal(["file"], Names());
        Assert.False(await ContainerEdit.TryUndoAsync(File1));
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task Dispose_NotComplete_IsUndone(bool longer)
    {
        File.WriteAllBytes(File1, Old);
        await using (var edit = await BeginAsync(File1))
        {
            await edit.Stream.WriteAsync((longer ? Longer : Shorter).AsMemory(CutOffset));
        }

        Assert.Equal(Old, File.ReadAllBytes(File1));
        Assert.Equal(["file"], Names());
    }

    [Fact]
    public async Task Dispose_EndOfSeveralMegabytes_IsUndone()
    {
        var old = Vectors.SeededBytes("large", 3_500_000);
        File.WriteAllBytes(File1, old);
        await using (var edit = await ContainerEdit.BeginAsync(File1, _ => Task.FromResult(100_000L)))
        {
            await edit.Stream.WriteAsync(new byte[5_000_000]);
        }

        Assert.Equal(old, File.ReadAllBytes(File1));
    }

    [Fact]
    public async Task Begin_NullArguments_Throw()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => BeginAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => ContainerEdit.BeginAsync(File1, null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => ContainerEdit.TryUndoAsync(null!));
        Assert.Throws<ArgumentNullException>(() => ContainerEdit.GetUndoPath(null!));
    }

    [Fact]
    public async Task Complete_Cancelled_IsUndoneByDisposing()
    {
        File.WriteAllBytes(File1, Old);
        await using (var edit = await BeginAsync(File1))
        {
            await edit.Stream.WriteAsync(Shorter.AsMemory(CutOffset));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => edit.CompleteAsync(new CancellationToken(canceled: true)));
        }

        Assert.Equal(Old, File.ReadAllBytes(File1));
        Assert.Equal(["file"], Names());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task Complete_AtEveryPlace_CutsThere(int offset)
    {
        File.WriteAllBytes(File1, Old);
        await using (var edit = await ContainerEdit.BeginAsync(File1, _ => Task.FromResult((long)offset)))
        {
            await edit.CompleteAsync();
        }

        Assert.Equal(Old[..offset], File.ReadAllBytes(File1));
    }

    [Theory, MemberData(nameof(Lengths))]
    public async Task TryUndo_CrashAtAnyStage_GivesTheOldBytes(bool longer)
    {
        var changed = longer ? Longer : Shorter;
        File.WriteAllBytes(File1, Old);
        byte[] undo;
        var stages = new List<byte[]>();
        await using (var edit = await BeginAsync(File1))
        {
            undo = File.ReadAllBytes(Undo);
            Snapshot();
            for (var at = CutOffset; at < changed.Length; at += 333)
            {
                await edit.Stream.WriteAsync(changed.AsMemory(at, Math.Min(333, changed.Length - at)));
                if (at % 10 == 0)
                {
                    Snapshot();
                }
            }

            Snapshot();
        }

        // Written and cut to its length, but what was saved is still there.
        stages.Add(changed);

        // A device may lose what was not flushed: any bytes behind the cut, any length from there.
        stages.Add([.. Old[..CutOffset], .. new byte[12_345]]);
        stages.Add(Old[..CutOffset]);
        foreach (var stage in stages)
        {
            File.WriteAllBytes(File1, stage);
            File.WriteAllBytes(Undo, undo);
            Assert.True(await ContainerEdit.TryUndoAsync(File1));
            Assert.Equal(Old, File.ReadAllBytes(File1));
            Assert.Equal(["file"], Names());
        }

        void Snapshot()
        {
            using var reader = new FileStream(File1, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[reader.Length];
            reader.ReadExactly(bytes);
            stages.Add(bytes);
        }
    }

    [Fact]
    public async Task TryUndo_CrashWhileUndoing_IsUndoneAgain()
    {
        File.WriteAllBytes(File1, Old);
        byte[] undo;
        await using (await BeginAsync(File1))
        {
            undo = File.ReadAllBytes(Undo);
        }

        for (var back = CutOffset; back <= Old.Length; back += 5_000)
        {
            File.WriteAllBytes(File1, [.. Old[..back], .. Longer[back..]]);
            File.WriteAllBytes(Undo, undo);
            Assert.True(await ContainerEdit.TryUndoAsync(File1));
            Assert.Equal(Old, File.ReadAllBytes(File1));
        }
    }

    [Fact]
    public async Task Begin_CrashWhileSaving_LeftTheFileAsItWas()
    {
        // The name of what is saved is given only once it is whole.
        File.WriteAllBytes(File1, Old);
        File.WriteAllBytes(Undo + ".part", new byte[500]);
        File.WriteAllBytes(Path.Combine(_folder, ".file.lock"), []);
        Assert.False(await ContainerEdit.TryUndoAsync(File1));
        await using (var edit = await BeginAsync(File1))
        {
            // Nothing of the old end stands there while the new one is written.
            Assert.Equal(CutOffset, edit.Stream.Length);
        }

        Assert.Equal(Old, File.ReadAllBytes(File1));
        Assert.Equal(["file"], Names());
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task TryUndo_FileThatIsCompleteBesideItsSavedEnd_StaysUnlessItOnlyLooksSo(bool endsInAPayload, bool stays)
    {
        // A payload that is itself a container, whose own offsets are right where it stands, so that the file opens by its end when it is cut there.
        var old = await TestContainers.ExportAsync(Vectors.SeededBytes("old", 450));
        File.WriteAllBytes(File1, old);
        var longer = await TestContainers.AppendAsync(old, Vectors.SeededBytes("more", 300));
        byte[] saved, cut;
        await using (var container = await H4mkContainer.OpenAsync(old))
        await using (var writer = await H4mkContainerWriter.AppendAsync(container, Stream.Null))
        {
            cut = old[..(int)writer.Length];
            await using var edit = await ContainerEdit.BeginAsync(File1, _ => Task.FromResult((long)cut.Length));
            saved = File.ReadAllBytes(Undo);
        }

        var inner = longer[cut.Length..];
        var header = new byte[12];
        "CORE"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), inner.Length);
        var tail = inner.AsSpan(inner.Length - 64);
        BinaryPrimitives.WriteInt64BigEndian(tail[12..], BinaryPrimitives.ReadInt64BigEndian(tail[12..]) + header.Length);
        BinaryPrimitives.WriteUInt32BigEndian(tail[8..], Crc32.Compute(tail[12..]));
        byte[] written = endsInAPayload ? [.. cut, .. header, .. inner] : longer;
        await using (var opened = await H4mkContainer.OpenAsync(written))
        {
            Assert.Equal(H4mkVersion.V11, opened.Version);
        }

        File.WriteAllBytes(File1, written);
        File.WriteAllBytes(Undo, saved);
        Assert.Equal(!stays, await ContainerEdit.TryUndoAsync(File1));
        Assert.Equal(stays ? longer : old, File.ReadAllBytes(File1));
        Assert.False(File.Exists(Undo));
    }

    [Fact]
    public async Task Begin_AfterACrash_UndoesItFirst()
    {
        await CrashAsync();
        byte[]? seen = null;
        await using (var edit = await ContainerEdit.BeginAsync(File1, _ =>
        {
            seen = ReadShared(File1);
            return Task.FromResult((long)CutOffset);
        }))
        {
            await edit.Stream.WriteAsync(Longer.AsMemory(CutOffset));
            await edit.CompleteAsync();
        }

        Assert.Equal(Old, seen);
        Assert.Equal(Longer, File.ReadAllBytes(File1));
        Assert.Equal(["file"], Names());
    }

    [Fact]
    public async Task TryUndo_DamagedUndoFile_IsRefusedAndChangesNothing()
    {
        var crashed = await CrashAsync();
        var undo = File.ReadAllBytes(Undo);
        var variants = new List<byte[]> { Array.Empty<byte>(), undo[..7], undo[..87], undo[..^1], (byte[])[.. undo, 0] };
        for (var bit = 0; bit < 8 * undo.Length; bit += bit < 8 * 100 ? 5 : 9_973)
        {
            var damaged = undo.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            variants.Add(damaged);
        }

        foreach (var variant in variants)
        {
            File.WriteAllBytes(Undo, variant);
            await Assert.ThrowsAsync<IOException>(() => ContainerEdit.TryUndoAsync(File1));
            Assert.Equal(crashed, File.ReadAllBytes(File1));
            Assert.Equal(variant, File.ReadAllBytes(Undo));
        }

        // The next change does not go on over it either.
        await Assert.ThrowsAsync<IOException>(() => BeginAsync(File1));
        Assert.Equal(crashed, File.ReadAllBytes(File1));
        Assert.Equal([".file.undo", "file"], Names());
    }

    [Fact]
    public async Task TryUndo_UndoFileOfAnotherFile_IsRefusedAndChangesNothing()
    {
        await CrashAsync();
        foreach (var other in (byte[][])[Vectors.SeededBytes("other", 100_000), Old[..(CutOffset - 1)], [.. Old[..(CutOffset - 1)], (byte)(Old[CutOffset - 1] ^ 1), .. Old[CutOffset..]], [], Old[1..]])
        {
            File.WriteAllBytes(File1, other);
            await Assert.ThrowsAsync<IOException>(() => ContainerEdit.TryUndoAsync(File1));
            Assert.Equal(other, File.ReadAllBytes(File1));
            Assert.True(File.Exists(Undo));
        }
    }

    [Fact]
    public async Task Begin_WhileAnotherEditIsAtWork_Throws()
    {
        File.WriteAllBytes(File1, Old);
        await using (var edit = await BeginAsync(File1))
        {
            var asked = false;
            var refusal = await Assert.ThrowsAsync<IOException>(() => ContainerEdit.BeginAsync(File1, _ =>
            {
                asked = true;
                return Task.FromResult(0L);
            }));
            Assert.False(asked);
            Assert.Contains("another change", refusal.Message, StringComparison.Ordinal);

            // Nor does anybody undo what is at work.
            await Assert.ThrowsAsync<IOException>(() => ContainerEdit.TryUndoAsync(File1));
            await edit.Stream.WriteAsync(Longer.AsMemory(CutOffset));

            // Readers go on meanwhile.
            Assert.Equal(Longer, ReadShared(File1));
            await edit.CompleteAsync();
        }

        Assert.Equal(Longer, File.ReadAllBytes(File1));
        await using var next = await BeginAsync(File1);
    }

    [Fact]
    public async Task Begin_ManyAtOnce_LetsOneInAtATime()
    {
        File.WriteAllBytes(File1, Old);
        var rounds = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1" ? 500 : 20;
        var (inside, most, done) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (var round = 0; round < rounds; round++)
            {
                try
                {
                    await using var edit = await ContainerEdit.BeginAsync(File1, _ => Task.FromResult(CutOffset + 10L));
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    await edit.Stream.WriteAsync(Longer.AsMemory(CutOffset, 100));
                    Interlocked.Decrement(ref inside);
                    Interlocked.Increment(ref done);
                }
                catch (IOException)
                {
                    // Another one has it.
                }
            }
        })));
        Assert.Equal(1, most);
        Assert.InRange(done, 1, 8 * rounds);
        Assert.Equal(Old, File.ReadAllBytes(File1));
        Assert.Equal(["file"], Names());
    }

    [Fact]
    public async Task Begin_PlaceThatIsNotInTheFile_ChangesNothing()
    {
        File.WriteAllBytes(File1, Old);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ContainerEdit.BeginAsync(File1, _ => Task.FromResult(-1L)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ContainerEdit.BeginAsync(File1, _ => Task.FromResult(Old.Length + 1L)));
        await Assert.ThrowsAsync<InvalidDataException>(() => ContainerEdit.BeginAsync(File1, _ => throw new InvalidDataException()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ContainerEdit.BeginAsync(File1, _ => Task.FromResult(0L), new CancellationToken(canceled: true)));
        Assert.Equal(Old, File.ReadAllBytes(File1));
        Assert.Equal(["file"], Names());
        await using var edit = await BeginAsync(File1);
    }

    [Fact]
    public async Task Begin_NoSuchFile_Throws()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => BeginAsync(File1));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => BeginAsync(Path.Combine(_folder, "none", "file")));
        Assert.False(await ContainerEdit.TryUndoAsync(File1));
        Assert.Empty(Names());
    }

    [Fact]
    public async Task Begin_ThroughALink_ChangesItsTarget()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var links = Directory.CreateDirectory(Path.Combine(_folder, "links")).FullName;
        var link = Path.Combine(links, "link");
        var second = Path.Combine(links, "second");
        File.WriteAllBytes(File1, Old);
        File.CreateSymbolicLink(link, "../file");
        File.CreateSymbolicLink(second, "link");
        Assert.Equal(Undo, ContainerEdit.GetUndoPath(second));
        await using (var edit = await BeginAsync(second))
        {
            Assert.True(File.Exists(Undo));
            await Assert.ThrowsAsync<IOException>(() => BeginAsync(File1));
            await edit.Stream.WriteAsync(Shorter.AsMemory(CutOffset));
            await edit.CompleteAsync();
        }

        Assert.Equal(Shorter, File.ReadAllBytes(File1));
        Assert.Equal(["link", "second"], Directory.EnumerateFiles(links).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("../file", new FileInfo(link).LinkTarget);

        // What a crash left is found by every name of the file.
        await CrashAsync();
        Assert.True(await ContainerEdit.TryUndoAsync(link));
        Assert.Equal(Old, File.ReadAllBytes(File1));
    }

    /// <summary>The file as a crash leaves it, half written, with what was saved beside it.</summary>
    private async Task<byte[]> CrashAsync()
    {
        File.WriteAllBytes(File1, Old);
        byte[] undo;
        await using (await BeginAsync(File1))
        {
            undo = File.ReadAllBytes(Undo);
        }

        byte[] crashed = [.. Longer[..(CutOffset + 5_000)], .. Old[(CutOffset + 5_000)..]];
        File.WriteAllBytes(File1, crashed);
        File.WriteAllBytes(Undo, undo);
        return crashed;
    }

    private static Task<ContainerEdit> BeginAsync(string path) => ContainerEdit.BeginAsync(path, _ => Task.FromResult((long)CutOffset));

    private static byte[] ReadShared(string path)
    {
        using var reader = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[reader.Length];
        reader.ReadExactly(bytes);
        return bytes;
    }

    private IEnumerable<string> Names() => Directory.EnumerateFiles(_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
}
