// Publishes as one native program with every package rooted: a trim or AOT warning anywhere fails the build. Run, it makes the first
// implementation's "small" export, and the audio corpus at every width that it has, and holds them against known digests.
using System.Security.Cryptography;
using System.Text;
using Harmony4;
using Harmony4.Format;
using Harmony4.Tokenization;
using Harmony4.Tokenization.Internal;
using Harmony4.Tokenization.Tests;

const string ExpectedExport = "503dfe3b87af19e14b3e21ceb475a0ce21446a88ef4199eb51e22dc3a3d59204";

var media = new MemoryStream();
for (var i = 0; media.Length < 5000; i++)
{
    media.Write(SHA256.HashData(Encoding.ASCII.GetBytes($"pub/export/small:{i}")));
}

media.SetLength(5000);
media.Position = 0;
var options = new ExportOptions
{
    Version = H4mkVersion.V10,
    Segment = FixedSizeSegmenter.FormatName,
    SegmenterOptions = new SegmenterOptions { BlockSize = 1000, FrameRate = new FrameRate(30), Gop = 2, PtsRounding = PtsRounding.Version10 },
};
var output = new MemoryStream();
var transport = new MediaTransport();
await transport.ExportAsync(media, output, options);
Check("export", ExpectedExport, Convert.ToHexStringLower(SHA256.HashData(output.ToArray())));

await using var container = await transport.OpenAsync(H4mkSource.FromMemory(output.ToArray()));
Check("verify", "unsigned", (await transport.VerifyAsync(container)).State.ToName());
var extracted = new MemoryStream();
await transport.ExtractAsync(container, extracted);
Check("extract", Convert.ToHexStringLower(SHA256.HashData(media.ToArray())), Convert.ToHexStringLower(SHA256.HashData(extracted.ToArray())));

foreach (var width in Enum.GetValues<LaneWidth>().Where(LaneWidths.IsSupported))
{
    Check($"audio tokens, {width} lanes", AudioCorpus.Digest, AudioCorpus.ComputeDigest(width));
    Check($"audio tokens of all forms, {width} lanes", AudioCorpus.DigestOfForms, AudioCorpus.ComputeDigestOfForms(width));
}

Console.WriteLine("native: ok");

static void Check(string what, string expected, string found)
{
    if (expected != found)
    {
        Console.Error.WriteLine($"{what}: expected {expected}, found {found}");
        Environment.Exit(1);
    }
}
