using System.Buffers;
using BenchmarkDotNet.Attributes;
using Harmony4.Tokenization;

namespace Harmony4.Benchmarks.Segmentation;

/// <summary>
/// How fast are blocks found? Real files, repeated to 32 MiB; times are per MiB (1,000 µs per MiB is 1,049 MB/s). The limit,
/// and the baseline, is to copy the same bytes once.
/// </summary>
[MemoryDiagnoser]
public class SegmenterBenchmarks
{
    private const int Mebibytes = 32;
    private const int Length = Mebibytes * 1024 * 1024;
    private const int ReadLength = 64 * 1024;

    private static readonly Dictionary<string, string> Files = new()
    {
        [MediaFormats.Fixed] = "clip.mp4",
        [MediaFormats.FragmentedMp4] = "clip.mp4",
        [MediaFormats.Mp4] = "clip-tables.mp4",
        [MediaFormats.Webm] = "clip.webm",
        [MediaFormats.Ivf] = "clip.ivf",
        [MediaFormats.Ogg] = "clip.ogv",
        [MediaFormats.Ts] = "clip.ts",
        [MediaFormats.Adts] = "clip.aac",
        [MediaFormats.Mp3] = "clip.mp3",
        [MediaFormats.Flac] = "clip.flac",
        [MediaFormats.Flv] = "clip.flv",
        [MediaFormats.Wav] = "speech.wav",
        [MediaFormats.Pcm] = "speech.wav",
    };

    private byte[] _input = [];
    private byte[] _copy = [];

    public IEnumerable<string> Formats => MediaFormats.BuiltIn.Names;

    [ParamsSource(nameof(Formats))]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var file = File.ReadAllBytes(FindFile(Format));

        // Behind its first copy a FLAC goes over frames whose numbers do not go on, as behind damage, and an MP4 over boxes behind its data.
        var head = Format switch { MediaFormats.Ivf => 32, MediaFormats.Wav => 44, MediaFormats.Flv => 13, _ => 0 };
        _copy = new byte[Length];
        _input = new byte[Length];
        file.AsSpan(0, head).CopyTo(_input);
        for (var at = head; at < Length; at += file.Length - head)
        {
            file.AsSpan(head, Math.Min(file.Length - head, Length - at)).CopyTo(_input.AsSpan(at));
        }

        if (Format == MediaFormats.Wav)
        {
            // The data chunk goes on to the end.
            _input.AsSpan(40, 4).Fill(0xFF);
        }

        if (SegmentWhole() != SegmentReads())
        {
            throw new InvalidOperationException("blocks differ");
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Mebibytes)]
    public void Copy() => _input.CopyTo(_copy, 0);

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public long SegmentWhole()
    {
        var segmenter = MediaFormats.BuiltIn.Create(Format);
        var rest = new ReadOnlySequence<byte>(_input);
        var blocks = 0L;
        for (; segmenter.TryRead(rest, true, out var block); blocks++)
        {
            rest = rest.Slice(block.Length);
        }

        return blocks;
    }

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public long SegmentReads()
    {
        var segmenter = MediaFormats.BuiltIn.Create(Format);
        var blocks = 0L;
        for (int start = 0, end = ReadLength; ;)
        {
            if (segmenter.TryRead(new ReadOnlySequence<byte>(_input, start, end - start), end == Length, out var block))
            {
                start += (int)block.Length;
                blocks++;
            }
            else if (end == Length)
            {
                return blocks;
            }
            else
            {
                end += ReadLength;
            }
        }
    }

    /// <summary>Returns the path of a real file of a format.</summary>
    internal static string FindFile(string format) => Path.Combine(FindRepository(), "tests", "Vectors", "media", Files[format]);

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Harmony4.Sdk.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("run the benchmarks from a clone of the repository");
    }
}
