using Harmony4.Format;
using Harmony4.Transport.Crypto;

namespace Harmony4.Internal;

/// <summary>Holds the SIGN chunks of a container against the keys that are required. The type of a key says which kind of SIGN counts, never the reverse.</summary>
internal static class SignatureCheck
{
    private const string Missing = "expected a SIGN that verifies under the required";

    public static VerificationResult Judge(VerificationResult result, VerifyOptions options, RootSeal? seal)
    {
        var signs = result.Signs.Select(s => s with { State = SignatureState.NotChecked }).ToArray();
        var findings = new List<string>();
        foreach (var key in options.Keys)
        {
            var verifier = new StatementVerifier([key]);
            if (!Check(signs, result.Root, SignContent.Cose, (body, header) => StateOf(verifier.Verify(body, header, RootSeal.Domain).State)))
            {
                findings.Add($"{Missing} key {Convert.ToHexStringLower(key.KeyId)}, found none");
            }
        }

        if (options.Trust is { } trust)
        {
            var verifier = new StatementVerifier([], trust);
            if (!Check(signs, result.Root, SignContent.Cose, (body, header) => StateOf(verifier.Verify(body, header, RootSeal.Domain).State)))
            {
                findings.Add($"{Missing} certificates, found none");
            }
        }

        if (options.SealKey is not null && (seal is null || !Check(signs, result.Root, SignContent.RootMac, (body, header) => seal.Verify(header, body) ? SignatureState.Valid : SignatureState.Invalid)))
        {
            findings.Add($"{Missing} seal key, found none");
        }

        if (findings.Count == 0 && options.RequireSignature && !options.HasKeys)
        {
            findings.Add("expected a signature that a given key verifies, found no key");
        }

        return findings.Count > 0
            ? result with
            {
                Signature = SignatureState.Invalid,
                Signs = signs,
                Findings = [.. result.Findings, .. findings.Select(f => new VerificationFinding(ChunkTag.Sign, PlaceOf(result), H4mkErrorCode.Sign, f))],
                FindingCount = result.FindingCount + findings.Count,
            }
            : result with { Signature = options.HasKeys ? SignatureState.Valid : result.Signature, Signs = signs };
    }

    /// <summary>Marks what one key says of the chunks of its kind.</summary>
    /// <returns>Whether one of them holds.</returns>
    private static bool Check(SignChunk[] signs, H4mkRoot? root, int kind, Func<byte[], byte[], SignatureState> check)
    {
        var holds = false;
        for (var i = 0; root is not null && i < signs.Length; i++)
        {
            if (signs[i].Kind != kind)
            {
                continue;
            }

            var state = check(signs[i].Body.ToArray(), root.Header.ToArray());
            holds |= state == SignatureState.Valid;

            // Another key may have said yes before.
            signs[i] = signs[i].State == SignatureState.Valid || state == SignatureState.NotChecked ? signs[i] : signs[i] with { State = state };
        }

        return holds;
    }

    private static SignatureState StateOf(StatementState verdict) => verdict switch
    {
        StatementState.Valid => SignatureState.Valid,
        StatementState.UnknownKey => SignatureState.NotChecked,
        _ => SignatureState.Invalid,
    };

    /// <summary>Where the missing SIGN would stand: at the first one, else at the end of what was read.</summary>
    private static long PlaceOf(VerificationResult result) => result.Signs is [var first, ..] ? first.Chunk.Offset : result.BytesVerified;
}
