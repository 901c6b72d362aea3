using System.Globalization;

namespace Harmony4.Format.Tests.Conformance;

/// <summary>
/// Small containers of each kind with one chunk changed, and what every way to read says of them: the texts in the folder Edited have a line for each
/// result. HARMONY4_ACCEPT=/path/to/Edited writes them anew; their diff is to be reviewed as one of code.
/// </summary>
public sealed class EditedContainerTests
{
    private static readonly H4mkContainerOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    public static TheoryData<string> Names => [.. EditedContainer.All.Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task Read_ContainerWithOneChunkChanged_SaysWhatTheFileSays(string name)
    {
        var container = EditedContainer.All.Single(c => c.Name == name);
        var found = new List<string> { $"{container}: {await ResultAsync(container.Bytes)}" };
        foreach (var chunk in container.Edits().GroupBy(e => e.Where))
        {
            var results = new List<(string Edit, string Result)>();
            foreach (var edit in chunk)
            {
                results.Add((edit.Name, await ResultAsync(edit.Bytes)));
            }

            found.AddRange(results.GroupBy(r => r.Result).Select(g => $"{chunk.Key} {Join(g.Select(r => r.Edit))}: {g.Key}"));
        }

        if (Environment.GetEnvironmentVariable("HARMONY4_ACCEPT") is { } folder)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, name + ".txt"), found);
        }

        Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Conformance", "Edited", name + ".txt")), found);
    }

    private static async Task<string> ResultAsync(byte[] bytes) => string.Join(
        " | ",
        "verify " + await VerifyAsync(bytes),
        "read " + await FaultAsync(() => ReadAsync(bytes)),
        "forward " + await FaultAsync(() => ForwardAsync(bytes)),
        "recover " + await RecoverAsync(bytes));

    private static async Task<string> VerifyAsync(byte[] bytes)
    {
        try
        {
            var result = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), OneThread);
            var counted = await H4mkContainer.VerifyAsync(H4mkSource.FromMemory(bytes), OneThread with { MaxFindings = 0 });
            Assert.Equal((result.State, result.FindingCount, 0), (counted.State, counted.FindingCount, counted.Findings.Count));
            return string.Create(CultureInfo.InvariantCulture, $"{result.State.ToString().ToLowerInvariant()} {result.BlockCount}/{result.PayloadLength}")
                + string.Concat(result.Findings.Select(f => $" {f.Chunk}@{f.Offset}-{f.Code.ToName()}"));
        }
        catch (H4mkFormatException fault)
        {
            return Text(fault);
        }
    }

    private static async Task<string> ReadAsync(byte[] bytes)
    {
        await using var container = await H4mkContainer.OpenAsync(bytes);
        await container.ReadMetaAsync();
        await container.ReadSafeAsync();
        await container.ReadTrackInfoAsync();
        await container.GetSeekTableAsync();
        foreach (var track in container.Tracks)
        {
            await container.OpenTrackStream(track.Id).CopyToAsync(Stream.Null);
            await container.FindKeyframeAsync(track.Id, 50);
            await container.FindNextKeyframeAsync(track.Id, 15);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{container.BlockCount} of {string.Join('+', container.Tracks.Select(t => t.Id))}");
    }

    private static async Task<string> ForwardAsync(byte[] bytes)
    {
        var parts = 0;
        await using var reader = H4mkForwardReader.Create(new MemoryStream(bytes));
        while (await reader.ReadAsync())
        {
            parts++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{parts} to {reader.Part.ToString().ToLowerInvariant()}");
    }

    private static async Task<string> RecoverAsync(byte[] bytes) => await FaultAsync(async () =>
    {
        using var output = new MemoryStream();
        var report = await H4mkRecovery.RecoverAsync(H4mkSource.FromMemory(bytes), output, new H4mkRecoveryOptions { Limits = OneThread });
        return string.Create(CultureInfo.InvariantCulture, $"{report.BlockCount} in {output.Length}")
            + string.Concat(report.Lost.Select(l => $" lost {l.Track}.{l.Ordinal}"))
            + string.Concat(report.Skipped.Select(s => $" skipped {s.From}-{s.To}"))
            + (report.CutOffset is { } cut ? $" cut {cut}" : "");
    });

    private static async Task<string> FaultAsync(Func<Task<string>> action)
    {
        try
        {
            return await action();
        }
        catch (H4mkFormatException fault)
        {
            return Text(fault);
        }
    }

    private static string Text(H4mkFormatException fault) => $"{fault.Tag}@{fault.Offset}-{fault.Code.ToName()}";

    /// <summary>Names, and of bytes one behind the other the first and the last.</summary>
    private static string Join(IEnumerable<string> edits)
    {
        var names = new List<string>();
        var last = -2;
        foreach (var edit in edits)
        {
            var number = edit.StartsWith("byte ", StringComparison.Ordinal) ? int.Parse(edit.AsSpan(5), CultureInfo.InvariantCulture) : -2;
            if (number >= 0 && number == last + 1)
            {
                names[^1] = $"{names[^1].Split(" to ")[0]} to {edit[5..]}";
            }
            else
            {
                names.Add(edit);
            }

            last = number;
        }

        return string.Join(", ", names);
    }
}
