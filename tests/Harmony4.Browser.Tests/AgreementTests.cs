namespace Harmony4.Browser.Tests;

/// <summary>The page's verifier and the SDK's, on damaged and forged containers.</summary>
public sealed class AgreementTests : PageTestBase
{
    private const int Count = 3000;
    private const int AtOnce = 250;

    [Fact]
    public async Task Verify_ThreeThousandMutants_IsOfTheSdksMind()
    {
        var states = new HashSet<string>();
        var different = new List<string>();
        for (var first = 0; first < Count; first += AtOnce)
        {
            var mutants = Enumerable.Range(first, AtOnce).Select(Mutant.Make).ToArray();
            var found = await Page.EvaluateAsync<string[]>(
                """
                async texts => {
                  const { MemorySource } = await import(new URL('h4mk/source.js', location));
                  const { verify } = await import(new URL('h4mk/verifier.js', location));
                  const { verdictOf } = await import(new URL('integrity/verdict.js', location));
                  const found = [];
                  for (const [i, text] of texts.entries()) {
                    const result = await verify(new MemorySource(Uint8Array.from(atob(text), c => c.charCodeAt(0)), [1, 30, 1 << 20][i % 3]));
                    const { state, word, reason } = verdictOf(result);

                    // The word that is shown, and that of the SDK's exception.
                    found.push(`${word === 'not a container' ? 'none' : word} ${reason && state === result.state ? '' : 'without reason or of another state'} ${result.findings.map(f => `${f.code}@${f.offset}`).join(' ')}`);
                  }

                  return found;
                }
                """,
                mutants.Select(Convert.ToBase64String).ToArray());
            for (var i = 0; i < AtOnce; i++)
            {
                var (state, findings) = await SdkVerdict.OfAsync(mutants[i]);
                states.Add(state);
                if (found[i].Split(' ')[0] != state || found[i].Contains("without reason", StringComparison.Ordinal))
                {
                    different.Add($"{first + i}: {state} {findings}, the page {found[i]}");
                }
            }
        }

        Assert.True(different.Count == 0, $"{different.Count}: {string.Join('\n', different.Take(20))}");
        Assert.Superset(new HashSet<string> { "unsigned", "invalid", "incomplete", "unverified" }, states);
    }
}
