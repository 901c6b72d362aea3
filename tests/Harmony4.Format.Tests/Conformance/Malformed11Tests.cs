using System.Text.Json;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>Files that are wrong in one way each, and what any implementation has to say of them.</summary>
public sealed class Malformed11Tests
{
    private static readonly JsonElement Cases = JsonDocument.Parse(Vectors11.Read("malformed.json")).RootElement.GetProperty("cases");

    // Files with more than one fault: those that end too early or too late, and those where chunks stand in another's place.
    private static readonly Dictionary<string, int> Others = new()
    {
        ["cut-in-header"] = 2,
        ["cut-in-core"] = 2,
        ["cut-in-tail"] = 2,
        ["cut-in-trak-tag"] = 2,
        ["trailing-bytes"] = 2,
        ["trailing-chunk"] = 2,
        ["key-times-equal"] = 2,
        ["block-listed-twice"] = 2,
        ["index-too-long"] = 2,
        ["index-late"] = 2,
        ["last-pages-swapped"] = 2,
        ["root-spliced"] = 3,
        ["seek-missing"] = 2,
        ["safe-before-meta"] = 15,
        ["block-before-safe"] = 2,
        ["sign-seventeen-index-first"] = 2,
        ["upgraded-flags"] = 2,
    };

    public static TheoryData<string> Names => [.. Cases.EnumerateArray().Select(c => c.GetProperty("file").GetString()!)];

    [Theory, MemberData(nameof(Names))]
    public async Task Verify_MalformedFile_HasStateAndFirstFinding(string file)
    {
        var @case = Case(file);
        var bytes = Vectors11.Read("malformed/" + file);
        var state = @case.GetProperty("state").GetString();
        var first = @case.GetProperty("first");
        if (state == "none")
        {
            var exception = await Assert.ThrowsAsync<H4mkFormatException>(async () => await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes)));
            Assert.Equal((first.GetProperty("offset").GetInt64(), first.GetProperty("code").GetString()), (exception.Offset, exception.Code.ToName()));
            return;
        }

        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes));
        var found = result.Findings.Count == 0 ? "none" : $"{result.Findings[0].Offset} {result.Findings[0].Code.ToName()}";
        var expected = first.ValueKind == JsonValueKind.Null ? "none" : $"{first.GetProperty("offset").GetInt64()} {first.GetProperty("code").GetString()}";
        Assert.Equal($"{state}, {expected}", $"{result.State.ToString().ToLowerInvariant()}, {found}");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Open_MalformedFile_ThrowsAsTold(string file)
    {
        var @case = Case(file);
        var code = @case.GetProperty("open_code").GetString();
        try
        {
            await using var container = await H4mkContainer.OpenAsync(Vectors11.Read("malformed/" + file));
            Assert.Null(code);
        }
        catch (H4mkFormatException exception)
        {
            Assert.Equal(code, exception.Code.ToName());
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Verify_MalformedFile_NamesNothingThatFollowsFromTheFault(string file)
    {
        if (Case(file).GetProperty("state").GetString() == "none")
        {
            return;
        }

        var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(Vectors11.Read("malformed/" + file)));
        var expected = Others.TryGetValue(Path.GetFileNameWithoutExtension(file), out var several) ? several
            : Case(file).GetProperty("first").ValueKind == JsonValueKind.Null ? 0 : 1;
        Assert.True(expected == result.FindingCount, $"expected {expected} findings, found {string.Join("; ", result.Findings.Select(f => $"{f.Offset} {f.Code.ToName()}"))}");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Verify_MalformedFile_SaysWhatWasExpectedOrFound(string file)
    {
        try
        {
            Assert.All((await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(Vectors11.Read("malformed/" + file)))).Findings, f => Assert.Matches("expected|found|lost", f.Message));
        }
        catch (H4mkFormatException exception)
        {
            Assert.Matches("^expected .*, found ", exception.Detail);
        }
    }

    private static JsonElement Case(string file) => Cases.EnumerateArray().Single(c => c.GetProperty("file").GetString() == file);
}
