using System.Globalization;
using System.Text.Json;
using Harmony4.Cli.Files;
using Harmony4.Format;

namespace Harmony4.Cli.Commands;

/// <summary><c>verify --proof</c>: what a proof says of a container whose root is trusted, without the container.</summary>
internal static class ProofVerification
{
    // A proof of an extension lists all tracks of both containers.
    private const int MaxLength = 4 * 1024 * 1024;

    public static async Task<int> RunAsync(string path, string root, string? newRoot, bool json, CliConsole console, CancellationToken cancellationToken)
    {
        var identity = Digest("--root", root);
        var newIdentity = newRoot is null ? (Sha256Digest?)null : Digest("--new-root", newRoot);
        var proof = await InputFile.ReadAllAsync(path, MaxLength, console, cancellationToken).ConfigureAwait(false);
        var kind = H4mkProof.GetKind(proof);
        ProvenFact? fact = null;
        ProvenExtension? extension = null;
        if (newIdentity is { } later)
        {
            H4mkProof.TryVerifyExtension(proof, identity, later, out extension);
        }
        else if (kind == ProofKind.Extension)
        {
            throw CliException.Usage($"{InputFile.NameOf(path)}: proves that one container extends another: expected --new-root as well");
        }
        else
        {
            H4mkProof.TryVerify(proof, identity, out fact);
        }

        if (json)
        {
            await JsonText.WriteAsync(console, writer => Write(writer, kind, fact, extension), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            console.Output.WriteLine(Describe(fact, extension));
        }

        return fact is null && extension is null ? ExitCode.No : ExitCode.Done;
    }

    private static Sha256Digest Digest(string option, string hex) => Sha256Digest.TryParse(hex, out var digest)
        ? digest
        : throw CliException.Usage($"{option}: expected the 64 hex digits of a root, found '{hex}'");

    private static void Write(Utf8JsonWriter writer, ProofKind kind, ProvenFact? fact, ProvenExtension? extension)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("holds"u8, fact is not null || extension is not null);
        WriteNumber(writer, "kind"u8, kind == ProofKind.None ? null : (int)kind);
        WriteNumber(writer, "track"u8, fact?.Track);
        WriteNumber(writer, "ordinal"u8, fact?.Ordinal);
        if (fact?.Pts is { } pts)
        {
            writer.WriteNumber("pts"u8, pts);
        }
        else
        {
            writer.WriteNull("pts"u8);
        }

        writer.WriteString("new_root"u8, extension?.NewIdentity.ToString());
        if (extension is not null)
        {
            writer.WriteBoolean("aux_same"u8, extension.HasSameAuxChunks);
        }
        else
        {
            writer.WriteNull("aux_same"u8);
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static string Describe(ProvenFact? fact, ProvenExtension? extension) => (fact, extension) switch
    {
        ({ Kind: ProofKind.Block }, _) => string.Create(CultureInfo.InvariantCulture, $"holds: track {fact.Track} has block {fact.Ordinal} at {fact.Pts} us, of {fact.Length} bytes with SHA-256 {fact.Digest}"),
        ({ Ordinal: null }, _) => string.Create(CultureInfo.InvariantCulture, $"holds: track {fact.Track} has no keyframe at or before {fact.Time} us"),
        ({ }, _) => string.Create(CultureInfo.InvariantCulture, $"holds: the last keyframe of track {fact.Track} at or before {fact.Time} us is block {fact.Ordinal} at {fact.Pts} us"),
        (_, { HasSameAuxChunks: true }) => $"holds: {extension.NewIdentity} extends {extension.Identity}, with the same META, SAFE and TRAK",
        (_, { }) => $"holds: {extension.NewIdentity} extends {extension.Identity}, with other META, SAFE, TRAK, SEAL or chunks of unknown kinds",
        _ => "does not hold",
    };
}
