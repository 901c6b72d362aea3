// Media in, a verified container out, and back: with the clip beside this file, or with any media that is named.
using System.Diagnostics;
using System.Security.Cryptography;
using Harmony4;
using Harmony4.Format;

var mediaPath = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "clip.mp4");
var folder = args.Length > 1 ? args[1] : Path.Combine(Path.GetTempPath(), "harmony4-quickstart");
Directory.CreateDirectory(folder);
var containerPath = Path.Combine(folder, Path.GetFileName(mediaPath) + ".h4mk");
var extractedPath = Path.Combine(folder, Path.GetFileName(mediaPath));
if (Path.GetFullPath(mediaPath) == Path.GetFullPath(extractedPath))
{
    Console.Error.WriteLine("The media lies in the output folder and would be overwritten: name another folder as the second argument.");
    return 2;
}

var transport = new MediaTransport();
var started = Stopwatch.GetTimestamp();

// Export: blocks begin where the media's own framing says that playback can begin.
ExportResult export;
await using (var media = File.OpenRead(mediaPath))
await using (var output = File.Create(containerPath))
{
    export = await transport.ExportAsync(media, output);
}

Console.WriteLine($"exported   {mediaPath}");
Console.WriteLine($"       to  {containerPath}: {export.Container.BlockCount} blocks, {export.Container.KeyframeCount} keyframes, segmented as {export.Inputs[0].Segment}");

// Whoever wants to check proofs later keeps these 32 bytes, from a source that is trusted.
var identity = export.Container.Identity!.Value;
Console.WriteLine($"     root  {identity}");

await using (var container = await transport.OpenAsync(H4mkSource.FromFile(containerPath)))
{
    // Inspect: one read of the end of the file, whatever its length; no block is read.
    Console.WriteLine($"inspected  version {container.Version.ToName()}, {container.Length} bytes, {container.GetTrack().ByteLength} bytes of media in {container.GetTrack().BlockCount} blocks, opened with {container.Source.ReadCount} read");

    // Seek: the keyframe at or before a time, and a proof that there is none between the two.
    var second = TimeSpan.FromSeconds(1);
    var track = container.GetTrack().Id;
    var keyframe = await container.FindKeyframeAsync(track, second);
    var proof = await container.ProveKeyframeAsync(track, second);
    Console.WriteLine(keyframe is { } found
        ? $"sought     {second}: the keyframe at {found.Pts} us is block {found.Block}, at byte {found.StreamOffset} of the stream"
        : $"sought     {second}: no keyframe at or before it");

    // The proof is checked with the root alone; neither container nor server is needed, or trusted.
    var fact = H4mkProof.Verify(proof, identity);
    Console.WriteLine($"proved     by {proof.Length} bytes: the last keyframe at or before {fact.Time} us is {(fact.Ordinal is { } ordinal ? $"block {ordinal}" : "none")}");

    // Verify: every byte of the file.
    var verification = await transport.VerifyAsync(container);
    Console.WriteLine($"verified   {verification.State.ToName()}: {verification.BlockCount} blocks, {verification.FindingCount} findings");

    // Extract: the media again, byte for byte.
    await using var extracted = File.Create(extractedPath);
    await transport.ExtractAsync(container, extracted);
}

var same = await HashAsync(mediaPath) == await HashAsync(extractedPath);
Console.WriteLine($"extracted  {extractedPath}: {(same ? "the same SHA-256 as the input" : "NOT the input")}");
Console.WriteLine($"done       in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
return same ? 0 : 1;

static async Task<string> HashAsync(string path)
{
    await using var file = File.OpenRead(path);
    return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
}
