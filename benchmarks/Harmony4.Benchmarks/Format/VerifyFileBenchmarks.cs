using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Harmony4.Format;
using Microsoft.Data.Sqlite;

namespace Harmony4.Benchmarks.Format;

/// <summary>Checking a whole file of 8 MiB in blocks of 512 KiB, opening included, page cache warm: against what one would check otherwise.</summary>
[MemoryDiagnoser, MinColumn]
public class VerifyFileBenchmarks
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "harmony4-bench-" + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));

    [GlobalSetup]
    public async Task Setup()
    {
        Directory.CreateDirectory(_folder);
        var blocks = Sample.Blocks(Sample.Payload(), 512 * 1024);
        using (var file = File.Create(Path.Combine(_folder, "h4mk")))
        {
            await Sample.WriteAsync(file, blocks);
        }

        using (var file = File.Create(Path.Combine(_folder, "zip")))
        {
            PeerStore.WriteZip(file, blocks);
        }

        PeerStore.WriteSqlite(Path.Combine(_folder, "db"), blocks);
        if (!(await Container() && ZipWithManifest() && SqliteBlobs()))
        {
            throw new InvalidOperationException("a file is not sound");
        }
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    /// <summary>Every CRC-32, and one SHA-256 over all.</summary>
    [Benchmark(Baseline = true)]
    public async Task<bool> Container()
    {
        await using var container = await H4mkContainer.OpenAsync(Path.Combine(_folder, "h4mk"));
        return (await container.VerifyAsync()).Integrity == IntegrityState.Intact;
    }

    /// <summary>The SHA-256 of each entry, held against the manifest.</summary>
    [Benchmark]
    public bool ZipWithManifest()
    {
        using var archive = ZipFile.OpenRead(Path.Combine(_folder, "zip"));
        using var manifest = archive.GetEntry("manifest.json")!.Open();
        foreach (var (name, expected) in JsonSerializer.Deserialize<Dictionary<string, string>>(manifest)!)
        {
            using var entry = archive.GetEntry(name)!.Open();
            if (Convert.ToHexStringLower(SHA256.HashData(entry)) != expected)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The SHA-256 of each row, held against the row.</summary>
    [Benchmark]
    public bool SqliteBlobs()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, sha, payload FROM block";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            using var stream = reader.GetStream(2);
            if (!SHA256.HashData(stream).AsSpan().SequenceEqual((byte[])reader.GetValue(1)))
            {
                return false;
            }
        }

        return true;
    }
}
