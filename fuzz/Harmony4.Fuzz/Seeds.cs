using Harmony4.Tokenization;
using Harmony4.Tokenization.Tests.Segmentation;

namespace Harmony4.Fuzz;

/// <summary>Makes the inputs that a target begins with: files with the bytes in front that choose their format, and structures that are nearly right.</summary>
internal static class Seeds
{
    // Short inputs run often. What files of a few frames have is within it.
    private const int Longest = 8000;
    private const int LongestTail = 3000;
    private const int StructuresOfAKind = 6;

    public static void Write(string target, string folder, IEnumerable<string> files)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            var name = Path.GetFileName(file);
            Write(target, folder, name, MediaFormats.BuiltIn.Detect(bytes).Name, bytes[..Math.Min(bytes.Length, Longest)]);
            if (bytes.Length > Longest)
            {
                // Where the media goes on, and how it ends.
                var tail = bytes[^LongestTail..];
                Write(target, folder, name + ".end", MediaFormats.BuiltIn.Detect(bytes).Name, tail);
            }
        }

        var generator = new StructureGenerator(new Random(1));
        for (var i = 0; i < StructuresOfAKind; i++)
        {
            Write(target, folder, $"made-{i}.webm", MediaFormats.Webm, generator.NextWebm());
            Write(target, folder, $"made-{i}.ogg", MediaFormats.Ogg, generator.NextOgg());
            Write(target, folder, $"made-{i}.ts", MediaFormats.Ts, generator.NextTs());
            Write(target, folder, $"made-{i}.wav", MediaFormats.Wav, generator.NextWav());
            Write(target, folder, $"made-{i}.mp4", MediaFormats.Mp4, generator.NextMp4Tables());
            Write(target, folder, $"made-{i}.fmp4", MediaFormats.FragmentedMp4, generator.NextMp4());
        }
    }

    private static void Write(string target, string folder, string name, string format, byte[] media)
    {
        var isMp4 = format is MediaFormats.Mp4 or MediaFormats.FragmentedMp4;
        switch (target)
        {
            case SegmenterTarget.Name:
                Save(IndexOf(MediaFormats.BuiltIn.Names, format), FuzzSwitches.SmallBlocks);
                if (isMp4)
                {
                    Save(IndexOf(MediaFormats.BuiltIn.Names, MediaFormats.Mp4), FuzzSwitches.Prepare);
                }

                if (format == MediaFormats.Wav)
                {
                    Save(IndexOf(MediaFormats.BuiltIn.Names, MediaFormats.Pcm), FuzzSwitches.None);
                }

                break;
            case FramesTarget.Name:
                if (FrameReader.Formats.Contains(format))
                {
                    Save(IndexOf(FrameReader.Formats, format), FuzzSwitches.None);
                    Save(IndexOf(FrameReader.Formats, format), FuzzSwitches.KnownLength | FuzzSwitches.Skip | (isMp4 ? FuzzSwitches.Prepare : FuzzSwitches.None));
                }

                break;
            case WavTarget.Name:
                if (format == MediaFormats.Wav || MediaFormats.GetTagLength(media) > 0)
                {
                    Save(0, FuzzSwitches.None);
                }

                break;
            default:
                Save(0, FuzzSwitches.None);
                break;
        }

        void Save(int choice, FuzzSwitches switches) => File.WriteAllBytes(Path.Combine(folder, $"{name}-{choice}-{(int)switches}"), FuzzInput.Make(choice, switches, media));
    }

    private static int IndexOf(IReadOnlyList<string> names, string name) => Enumerable.Range(0, names.Count).First(i => names[i] == name);
}
