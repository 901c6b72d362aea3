using Harmony4.TestKit;

namespace Harmony4.Cli.Tests;

/// <summary>Damaged containers through every verb: an exit code of the contract, one line or none, and nothing left behind.</summary>
public sealed class HostileContainerTests : IDisposable
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("HARMONY4_LONG_TESTS") == "1";

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("containers/seek-unsorted")]
    [InlineData("containers/one-block")]
    [InlineData("containers/empty-among-full")]
    [InlineData("h4mk-1.1/bundle")]
    [InlineData("h4mk-1.1/upgraded")]
    [InlineData("h4mk-1.1/signed-hmac")]
    public async Task EveryVerb_MutatedContainer_ExitsByTheContract(string name)
    {
        var sound = Vectors.Read($"{name}.h4mk");
        var random = new Random(name.Length);
        for (var i = 0; i < (Long ? 3000 : 150); i++)
        {
            var path = _tool.Write("c", Mutate(sound, random));
            string[][] lines =
            [
                ["inspect", path, "--json"],
                ["inspect", path, "--chunks", "--verify"],
                ["verify", path, "--json"],
                ["verify", path],
                ["seek", path, "100", "--json"],
                ["seek", path, "18446744073709551615", "--json", "--lenient"],
                ["extract", path, "-o", _tool.Path("out"), "--force"],
                ["extract", path, "--from", "100", "--to", "18446744073709551615"],
                ["extract", path, "--block", "0"],
                ["extract", path, "--container"],
                ["tokenize", "video", path, "--json"],
            ];
            foreach (var line in lines)
            {
                var outcome = await _tool.RunAsync(line);
                Assert.True(outcome.Code is >= 0 and <= 3, $"{string.Join(' ', line)}: {outcome.Code}: {outcome.Error} {Convert.ToHexString(_tool.Read("c"))}");
                Assert.DoesNotContain("unexpected failure", outcome.Error, StringComparison.Ordinal);
                Assert.True(outcome.Error.Count(c => c == '\n') <= 1, outcome.Error);
                if (outcome.Code >= 2 && line[0] != "extract")
                {
                    outcome.ShouldFail(outcome.Code);
                }
                else if (line.Contains("--json") && line[0] != "tokenize")
                {
                    Assert.NotEqual(System.Text.Json.JsonValueKind.Undefined, outcome.Json.ValueKind);
                }
            }
        }

        Assert.All(_tool.Files, f => Assert.Contains(f, new[] { "c", "out" }));
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        var bytes = new List<byte>(sound);
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)255;
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, sound.Skip(random.Next(sound.Length)).Take(random.Next(1, 60)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }
}
