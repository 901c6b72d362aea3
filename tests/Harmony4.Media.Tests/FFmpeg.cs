using System.Diagnostics;

namespace Harmony4.Media.Tests;

/// <summary>Runs ffmpeg and ffprobe, which must be on the path.</summary>
internal static class FFmpeg
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("harmony4-media-").FullName;
    private static int _next;

    static FFmpeg() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, true);

    public static string NewPath(string extension) =>
        Path.Combine(Folder, $"{Interlocked.Increment(ref _next)}.{extension}");

    /// <summary>Makes a file; the arguments end before the output's name.</summary>
    public static byte[] Make(string arguments, string extension)
    {
        var path = NewPath(extension);
        var errors = Run("ffmpeg", [.. Split("-v error -y -nostdin"), .. Split(arguments), path], out _);
        Assert.True(File.Exists(path), errors);
        return File.ReadAllBytes(path);
    }

    /// <summary>Starts a recording to standard output, which ends when "q" is written to standard input.</summary>
    public static Process Record(string arguments) => Process.Start(
        new ProcessStartInfo("ffmpeg", [.. Split("-v quiet"), .. Split(arguments)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    /// <summary>Decodes the first video track and all audio of a file and returns what ffmpeg says against it.</summary>
    public static string Decode(byte[] bytes, string extension)
    {
        var path = NewPath(extension);
        File.WriteAllBytes(path, bytes);
        var errors = Run("ffmpeg", [.. Split("-v error -nostdin -i"), path, .. Split("-map 0:v:0? -map 0:a? -f null -")], out _);
        File.Delete(path);
        return errors;
    }

    /// <summary>Decodes the first video track and all audio of what stands at an address, and returns what ffmpeg says against it.</summary>
    public static string Play(string address, string options = "") =>
        Run("ffmpeg", [.. Split("-v error -nostdin"), .. Split(options), "-i", address, .. Split("-map 0:v:0? -map 0:a? -f null -")], out _);

    public static string Probe(byte[] bytes, string extension, string arguments)
    {
        var path = NewPath(extension);
        File.WriteAllBytes(path, bytes);
        var output = Probe(path, arguments);
        File.Delete(path);
        return output;
    }

    public static string Probe(string path, string arguments)
    {
        Run("ffprobe", [.. Split("-v error"), .. Split(arguments), path], out var output);
        return output;
    }

    private static string Run(string program, string[] arguments, out string output)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return errors.GetAwaiter().GetResult();
    }

    private static string[] Split(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
