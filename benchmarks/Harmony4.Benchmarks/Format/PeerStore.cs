using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Harmony4.Benchmarks.Format;

/// <summary>What one would store blocks in otherwise, done as its own documentation advises, with the same promises kept as far as it can keep them.</summary>
internal static class PeerStore
{
    /// <summary>Stored entries and, as the last entry, the SHA-256 of each: ZIP itself has a CRC-32 per entry alone.</summary>
    public static void WriteZip(Stream output, ReadOnlyMemory<byte>[] blocks)
    {
        using var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        var manifest = new Dictionary<string, string>();
        for (var i = 0; i < blocks.Length; i++)
        {
            var name = i.ToString("d8", System.Globalization.CultureInfo.InvariantCulture);
            using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(blocks[i].Span);
            manifest[name] = Convert.ToHexStringLower(SHA256.HashData(blocks[i].Span));
        }

        using var last = archive.CreateEntry("manifest.json", CompressionLevel.NoCompression).Open();
        JsonSerializer.Serialize(last, manifest);
    }

    /// <summary>One row a block with its time and SHA-256, in one transaction.</summary>
    public static void WriteSqlite(string path, ReadOnlyMemory<byte>[] blocks)
    {
        File.Delete(path);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE block (id INTEGER PRIMARY KEY, pts INTEGER, sha BLOB, payload BLOB); CREATE INDEX by_pts ON block (pts);");
        using var transaction = connection.BeginTransaction();
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO block VALUES ($id, $pts, $sha, $payload)";
        var id = insert.Parameters.Add("$id", SqliteType.Integer);
        var pts = insert.Parameters.Add("$pts", SqliteType.Integer);
        var sha = insert.Parameters.Add("$sha", SqliteType.Blob);
        var payload = insert.Parameters.Add("$payload", SqliteType.Blob);
        for (var i = 0; i < blocks.Length; i++)
        {
            id.Value = i;
            pts.Value = i * 33_333L;
            sha.Value = SHA256.HashData(blocks[i].Span);
            payload.Value = blocks[i].ToArray();
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>The blocks and nothing else; whoever reads it keeps the list of times and offsets elsewhere.</summary>
    public static void WriteRaw(string path, ReadOnlyMemory<byte>[] blocks)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        foreach (var block in blocks)
        {
            file.Write(block.Span);
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
