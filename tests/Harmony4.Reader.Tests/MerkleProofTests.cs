using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harmony4.Hashing;
using Harmony4.TestKit;

namespace Harmony4.Reader.Tests;

/// <summary>Merkle trees and proofs against those of Go's checksum database: each checks what the other made, and neither what was changed on the way.</summary>
public sealed class MerkleProofTests : IDisposable
{
    private const int MaxSize = 70;

    private static readonly byte[] Leaves = [.. Enumerable.Range(0, MaxSize).SelectMany(Leaf)];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GoFact]
    public async Task Check_ProofsOfEveryTree_HoldInGoAndTamperedOnesDoNot()
    {
        var input = new StringBuilder();
        var expected = new List<bool>();
        for (var size = 1; size <= MaxSize; size++)
        {
            for (var index = 0; index < size; index++)
            {
                Add(Proof(size, index, isTree: false, (nodes) => MerkleProof.GetInclusionPath(index, size, nodes)));
                Add(Proof(size, index + 1, isTree: true, (nodes) => MerkleProof.GetConsistencyPath(index + 1, size, nodes)));
            }
        }

        var answers = (await RunAsync(input.ToString(), "check")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(bool.Parse).ToArray();
        Assert.Equal(expected.Count, answers.Length);
        Assert.Equal(MaxSize * (MaxSize + 1), expected.Count(e => e));
        Assert.DoesNotContain(Enumerable.Range(0, answers.Length), i => answers[i] != expected[i]);

        void Add(JsonObject proof)
        {
            Line(proof, isSound: true);
            Line(With(proof, "root", Flipped(proof["root"]!)), isSound: false);
            Line(With(proof, "hash", Flipped(proof["hash"]!)), isSound: false);
            var path = proof["path"]!.AsArray();
            Line(With(proof, "path", new JsonArray([.. path.Select(n => n!.DeepClone()), proof["root"]!.DeepClone()])), isSound: false);
            if (path.Count > 0)
            {
                var changed = (JsonArray)path.DeepClone();
                changed[path.Count / 2] = Flipped(path[path.Count / 2]!);
                Line(With(proof, "path", changed), isSound: false);
                Line(With(proof, "path", new JsonArray([.. path.Skip(1).Select(n => n!.DeepClone())])), isSound: false);
            }
        }

        void Line(JsonObject proof, bool isSound)
        {
            input.Append(proof.ToJsonString()).Append('\n');
            expected.Add(isSound);
        }
    }

    [GoFact]
    public async Task Verify_FreshProofsOfGo_AreThoseOfTheVectors()
    {
        // The vectors are checked where there is no Go; here they are made again, so that they cannot drift from what makes them.
        using var vectors = JsonDocument.Parse(Vectors.Read("crypto/merkle-go.json"));
        var sizes = vectors.RootElement.EnumerateArray().Select(t => t.GetProperty("size").GetInt32().ToString(CultureInfo.InvariantCulture));
        using var made = JsonDocument.Parse(await RunAsync("", ["prove", .. sizes]));
        Assert.True(JsonElement.DeepEquals(vectors.RootElement, made.RootElement));
    }

    private delegate int FindNodes(Span<MerkleSubtree> nodes);

    private static JsonObject Proof(int size, int index, bool isTree, FindNodes find)
    {
        Span<MerkleSubtree> nodes = stackalloc MerkleSubtree[MerkleProof.MaxPathNodes];
        nodes = nodes[..find(nodes)];
        var path = new byte[32 * nodes.Length];
        MerkleTree.WriteProof(Leaves.AsSpan(0, 32 * size), nodes, path);
        return new JsonObject
        {
            ["size"] = size,
            ["root"] = Root(size),
            ["index"] = index,
            ["hash"] = isTree ? Root(index) : Convert.ToHexString(Leaves.AsSpan(32 * index, 32)),
            ["path"] = new JsonArray([.. path.Chunk(32).Select(n => JsonValue.Create(Convert.ToHexString(n)))]),
            ["tree"] = isTree,
        };
    }

    private static string Root(int size)
    {
        var root = new byte[32];
        MerkleTree.ComputeRoot(Leaves.AsSpan(0, 32 * size), root);
        return Convert.ToHexString(root);
    }

    private static byte[] Leaf(int index)
    {
        var leaf = new byte[32];
        MerkleTree.HashLeaf(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"record {index}")), leaf);
        return leaf;
    }

    private static JsonObject With(JsonObject proof, string name, JsonNode value)
    {
        var copy = (JsonObject)proof.DeepClone();
        copy[name] = value;
        return copy;
    }

    private static JsonValue Flipped(JsonNode hash)
    {
        var bytes = Convert.FromHexString(hash.GetValue<string>());
        bytes[7] ^= 1;
        return JsonValue.Create(Convert.ToHexString(bytes))!;
    }

    private async Task<string> RunAsync(string input, params string[] arguments)
    {
        var program = Path.Combine(_folder, "tlog");
        await RunAsync("go", "", ["build", "-o", program, Path.Combine(AppContext.BaseDirectory, "tlog.go")]);
        return await RunAsync(program, input, arguments);
    }

    private async Task<string> RunAsync(string program, string input, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // Libraries of the distribution lie in a GOPATH, as sources, and nothing is fetched.
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = GoFactAttribute.Libraries;
        start.Environment["GOFLAGS"] = "";
        start.Environment["GOCACHE"] = Path.Combine(_folder, "cache");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await errors}");
        return await output;
    }
}
