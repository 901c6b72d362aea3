using System.Buffers;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>One pass over the head of a WAV file, as a caller drives it; checks what holds for every input.</summary>
internal sealed record WavHeaderRun(OperationStatus Status, long At)
{
    public int FormatTag { get; private init; }

    public int Channels { get; private init; }

    public uint SampleRate { get; private init; }

    public int BitsPerSample { get; private init; }

    public int FrameLength { get; private init; }

    public PcmSampleFormat? SampleFormat { get; private init; }

    public long? DataLength { get; private init; }

    public string? Fault { get; private init; }

    /// <summary>Reads the head of a file that arrives <paramref name="step"/> bytes at a time, up to its samples or to what is wrong with it.</summary>
    public static WavHeaderRun Of(byte[] file, int step = int.MaxValue)
    {
        var reader = new WavHeaderReader();
        var at = 0L;
        var end = (long)Math.Min(step, file.Length);
        while (true)
        {
            var from = (int)Math.Min(at, file.Length);
            var to = (int)Math.Clamp(end, from, file.Length);
            var status = reader.Read(file.AsSpan(from, to - from), to == file.Length, out var length);
            Require(length >= 0 && at + length >= at, $"{length} bytes at {at}");
            if (status == OperationStatus.NeedMoreData)
            {
                Require(to < file.Length, "more bytes are asked for than there are");
                Require(to - from < WavHeaderReader.LongestPeek, "more bytes are asked for than are ever looked at");
                end = to + (long)step;
                continue;
            }

            Require(status == OperationStatus.Done == reader.Fault is null, $"{status} with a fault of '{reader.Fault}'");
            Require(reader.Fault is null || reader.Read(file, true, out _) == OperationStatus.InvalidData, "a fault that is forgotten");
            at += length;
            if (status == OperationStatus.InvalidData || reader.IsAtData)
            {
                return new WavHeaderRun(status, at)
                {
                    FormatTag = reader.FormatTag,
                    Channels = reader.Channels,
                    SampleRate = reader.SampleRate,
                    BitsPerSample = reader.BitsPerSample,
                    FrameLength = reader.FrameLength,
                    SampleFormat = reader.SampleFormat,
                    DataLength = reader.DataLength,
                    Fault = reader.Fault,
                };
            }

            Require(length > 0, $"nothing read at {at}");
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
