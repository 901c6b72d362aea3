using Harmony4.Format;

namespace Harmony4.Browser.Tests;

/// <summary>What the SDK's verifier says of a file, in the words of the page's script.</summary>
internal static class SdkVerdict
{
    public static async Task<(string State, string Findings)> OfAsync(byte[] bytes)
    {
        try
        {
            var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes));
            return (result.State.ToString().ToLowerInvariant(), string.Join(' ', result.Findings.Select(f => $"{f.Code.ToName()}@{f.Offset}")));
        }
        catch (H4mkFormatException)
        {
            // No container at all.
            return ("none", string.Empty);
        }
    }
}
