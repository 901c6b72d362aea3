namespace Harmony4.AspNetCore.Internal;

/// <summary>How proofs travel in headers and JSON.</summary>
internal static class Proof
{
    public const string Header = "Harmony4-Proof";

    public static string ToText(byte[] proof) => Convert.ToBase64String(proof);
}
