using System.Runtime.InteropServices;

namespace Harmony4.Benchmarks.Audio;

/// <summary>FFTW 3 where the system has it (Debian: libfftw3-double3, built for SSE2, AVX and AVX2, not for AVX-512).</summary>
internal static unsafe partial class Fftw
{
    private const string Library = "libfftw3.so.3";
    private const uint Patient = 1 << 5;

    public static bool IsPresent { get; } = NativeLibrary.TryLoad(Library, typeof(Fftw).Assembly, null, out _);

    /// <summary>A real transform out of place, measured patiently; plans live until the process ends.</summary>
    public static void* PlanReal(int size, double* input, double* output) => Plan(size, input, output, Patient);

    [LibraryImport(Library, EntryPoint = "fftw_execute")]
    public static partial void Execute(void* plan);

    [LibraryImport(Library, EntryPoint = "fftw_malloc")]
    public static partial void* Allocate(nuint length);

    [LibraryImport(Library, EntryPoint = "fftw_plan_dft_r2c_1d")]
    private static partial void* Plan(int size, double* input, double* output, uint flags);
}
