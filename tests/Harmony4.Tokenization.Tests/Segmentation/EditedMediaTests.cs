using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Harmony4.Tokenization.Tests.Frames;

namespace Harmony4.Tokenization.Tests.Segmentation;

/// <summary>
/// Short files of every format, and what detection, segmenters and frame readers say of them: the texts in the folder Edited have all of it for the whole file, and a digest for each
/// 16 bytes of what is said when one of these is changed, and when the file ends there; filler is left out. HARMONY4_ACCEPT=/path/to/Edited writes them anew; their diff is to be reviewed as one of code.
/// </summary>
public sealed class EditedMediaTests
{
    private const int Row = 16;

    public static TheoryData<string> Names => [.. EditedMedia.All.Select(m => m.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task Read_MediaWithOneByteChanged_SaysWhatTheTextSays(string name)
    {
        var media = EditedMedia.All.Single(m => m.Name == name);
        var found = new List<string>();
        found.AddRange((await ResultAsync(media.Format, media.Bytes)).Split('\n'));
        foreach (var track in media.Tracks)
        {
            found.AddRange((await BlocksAsync(media.Format, media.Bytes, new SegmenterOptions { TimeTrack = track })).Split('\n').Prepend($"times of {track}"));
        }

        for (var row = 0; row < media.Bytes.Length; row += Row)
        {
            using var changed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var cut = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var at in Enumerable.Range(row, Math.Min(Row, media.Bytes.Length - row)).Where(at => !IsFiller(media.Bytes, at)))
            {
                byte[] edited = [.. media.Bytes];
                foreach (var value in new[] { (byte)(edited[at] ^ 1), (byte)(edited[at] ^ 0x80), (byte)(edited[at] ^ 0x10), (byte)0, (byte)0xFF })
                {
                    edited[at] = value;
                    changed.AppendData(Encoding.UTF8.GetBytes(await ResultAsync(media.Format, edited)));
                    edited[at] = media.Bytes[at];
                }

                cut.AppendData(Encoding.UTF8.GetBytes(await ResultAsync(media.Format, media.Bytes[..at])));
            }

            found.Add($"{row:x4} changed {Convert.ToHexStringLower(changed.GetHashAndReset()[..4])} cut {Convert.ToHexStringLower(cut.GetHashAndReset()[..4])}");
        }

        if (Environment.GetEnvironmentVariable("HARMONY4_ACCEPT") is { } folder)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, name + ".txt"), found);
        }

        Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Segmentation", "Edited", name + ".txt")), found);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Read_MediaInPieces_IsSaidToBeTheSame(string name)
    {
        var media = EditedMedia.All.Single(m => m.Name == name);
        Assert.Equal(await ResultAsync(media.Format, media.Bytes), await ResultAsync(media.Format, media.Bytes, step: 1));
    }

    /// <summary>Whether a byte is in the middle of many that are the same.</summary>
    private static bool IsFiller(byte[] bytes, int at) => at > 3 && at < bytes.Length - 3 && !bytes.AsSpan(at - 3, 6).ContainsAnyExcept(bytes[at]);

    private static async Task<string> ResultAsync(string format, byte[] input, int step = int.MaxValue)
    {
        var detected = MediaFormats.BuiltIn.Detect(input);
        var text = $"{detected.Name} {detected.Hint}\n" + await BlocksAsync(format, input, null, step);
        return FrameReader.Formats.Contains(format) ? text + Frames(format, input, step) : text;
    }

    private static async Task<string> BlocksAsync(string format, byte[] input, SegmenterOptions? options, int step = int.MaxValue)
    {
        var segmenter = MediaFormats.BuiltIn.Create(format, options);
        using var stream = new MemoryStream(input);
        var isPrepared = await segmenter.PrepareAsync(stream);
        var run = SegmentationRun.Of(input, segmenter, step, step == 1 ? 3 : 0);
        var text = new StringBuilder();
        foreach (var block in run.Blocks)
        {
            text.Append(CultureInfo.InvariantCulture, $"block of {block.Length} at {block.Pts} for {block.Duration}{(block.IsKey ? " key" : "")}\n");
        }

        Append(text, run.Notice);
        text.Append(CultureInfo.InvariantCulture, $"{run.TimeTrack.Kind} {run.TimeTrack.Id}{(run.TimeTrack.IsOneOfSeveral ? " of several" : "")}{(isPrepared ? "" : ", not prepared")}");
        return text.ToString();
    }

    private static string Frames(string format, byte[] input, int step)
    {
        var run = FrameRun.Of(input, format, step, step == 1 ? 3 : 0);
        var text = new StringBuilder();
        foreach (var f in run.Frames)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nframe of {f.Track} {f.Kind} at {f.Ticks} for {f.DurationTicks} of {f.TimeBase.Numerator}/{f.TimeBase.Denominator}{(f.IsKey ? " key" : "")}, {f.Size} bytes at {f.Position} {f.DataPosition}");
        }

        text.Append('\n');
        Append(text, run.Notice);
        return text.Append(CultureInfo.InvariantCulture, $"{run.TimeTrack.Kind} {run.TimeTrack.Id}{(run.TimeTrack.IsOneOfSeveral ? " of several" : "")}").ToString();
    }

    private static void Append(StringBuilder text, SegmentationNotice? notice)
    {
        if (notice is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"notice at {notice.Offset}{(notice.IsRestOpaque ? ", rest opaque" : "")}: {notice.Message}\n");
        }
    }
}
