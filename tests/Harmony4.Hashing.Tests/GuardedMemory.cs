using System.Buffers;
using System.Runtime.InteropServices;

namespace Harmony4.Hashing.Tests;

/// <summary>Memory with a page that cannot be touched right before its first byte or right behind its last: a read too far ends the process. Linux only.</summary>
internal sealed unsafe partial class GuardedMemory : MemoryManager<byte>
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymousNoReserve = 0x4022;

    private readonly byte* _map;
    private readonly byte* _start;
    private readonly nuint _mapLength;
    private readonly int _length;

    public GuardedMemory(int length, bool guardsEnd = true)
    {
        var page = (nuint)Environment.SystemPageSize;
        var inner = ((nuint)length + page - 1) / page * page;
        _length = length;
        _mapLength = inner + (2 * page);
        _map = (byte*)Map(null, _mapLength, ReadWrite, PrivateAnonymousNoReserve, -1, 0);
        Assert.NotEqual(-1, (nint)_map);
        Assert.Equal(0, Protect(_map, page, 0));
        Assert.Equal(0, Protect(_map + page + inner, page, 0));
        _start = guardsEnd ? _map + page + inner - length : _map + page;
    }

    public static bool IsSupported => OperatingSystem.IsLinux();

    public static GuardedMemory Of(ReadOnlySpan<byte> bytes, bool guardsEnd = true)
    {
        var memory = new GuardedMemory(bytes.Length, guardsEnd);
        bytes.CopyTo(memory.GetSpan());
        return memory;
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => _ = Unmap(_map, _mapLength);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
