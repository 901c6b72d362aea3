using System.Text.Json;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>Files that are wrong in one way each, and what any implementation has to say of them.</summary>
public sealed class Malformed11Tests
{
    private static readonly JsonElement Cases = JsonDocument.Parse(Vectors11.Read("malformed.json")).RootElement.GetProperty("cases");

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
