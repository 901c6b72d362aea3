using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Harmony4.AspNetCore.Internal;
using Harmony4.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harmony4.AspNetCore.Tests;

/// <summary>The range rows of the manifest over real Kestrel. Containers serve the sizes up to 1 MiB, a simulated track stream the others.</summary>
public sealed class RangeVectorTests
{
    private const long LargestStored = 1 << 20;

    [Fact]
    public void Rows_OfTheManifest_AreAllThere() => Assert.Equal(104, Vectors.Cases("http_range").Count());

    [Fact]
    public async Task Get_EveryRow_IsAnsweredAsRfc9110PrefersOrAllows()
    {
        var rows = Vectors.Cases("http_range").ToList();
        await using var host = await TestHost.StartAsync(map: app =>
        {
            app.MapHarmony4();
            app.MapGet("/simulated/{size:long}", new RequestGuard(NullLogger.Instance).Wrap(context =>
                new Representation(long.Parse((string)context.Request.RouteValues["size"]!, CultureInfo.InvariantCulture), null, CopySimulatedAsync).SendAsync(context)));
        });
        foreach (var size in rows.Select(SizeOf).Where(s => s <= LargestStored).Distinct())
        {
            host.Put($"s{size}", await ContainerOfAsync((int)size));
        }

        foreach (var row in rows)
        {
            await CheckAsync(host, row);
        }
    }

    private static long SizeOf(JsonElement row) => long.Parse(row.GetProperty("total_size").ToString(), CultureInfo.InvariantCulture);

    private static async Task CheckAsync(TestHost host, JsonElement row)
    {
        var size = SizeOf(row);
        var header = row.GetProperty("header").GetString();
        var path = size <= LargestStored ? $"/video/range?id=s{size}" : $"/simulated/{size}";
        var rfc = row.GetProperty("rfc9110");
        var allowed = rfc.GetProperty("allowed").EnumerateArray().Select(a => a.GetInt32());
        var because = $"{(header?.Length > 40 ? header[..40] : header)} of {size}";

        // A list of several ranges is served in full: RFC 9110 section 14.2 allows it where it prefers parts.
        var isList = header is not null && header.Split(',', StringSplitOptions.RemoveEmptyEntries).Length > 1;
        var preferred = rfc.GetProperty("preferred").GetInt32();
        using var response = await host.GetAsync(path, header is null ? [] : [("Range", header)]);
        var status = (int)response.StatusCode;
        Assert.True(allowed.Contains(status), $"{because}: {status}");
        Assert.True(status == preferred || (isList && preferred == 206 && status == 200), $"{because}: {status}");
        if (status == 206)
        {
            var range = rfc.GetProperty("ranges").EnumerateArray().Single();
            var start = long.Parse(range[0].ToString(), CultureInfo.InvariantCulture);
            var end = long.Parse(range[1].ToString(), CultureInfo.InvariantCulture);
            Assert.Equal(rfc.GetProperty("content_range").GetString(), response.Content.Headers.ContentRange!.ToString());
            await CheckBodyAsync(response, start, end - start + 1);
        }
        else if (status == 416)
        {
            Assert.Equal($"bytes */{size}", response.Content.Headers.ContentRange!.ToString());
        }
        else
        {
            await CheckBodyAsync(response, 0, size);
        }
    }

    /// <summary>Reads the beginning at least; the rest of a body of 2^53 bytes is left where it is.</summary>
    private static async Task CheckBodyAsync(HttpResponseMessage response, long start, long length)
    {
        Assert.Equal(length, response.Content.Headers.ContentLength);
        await using var body = await response.Content.ReadAsStreamAsync();
        var bytes = new byte[Math.Min(length, 300_000)];
        await body.ReadExactlyAsync(bytes);
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.True(ByteAt(start + i) == bytes[i], $"byte {start + i}");
        }
    }

    private static byte ByteAt(long position) => (byte)((position * 31) ^ (position >> 16));

    private static async Task CopySimulatedAsync(long offset, long length, PipeWriter output, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            var span = output.GetSpan(64 * 1024);
            var count = (int)Math.Min(span.Length, length);
            for (var i = 0; i < count; i++)
            {
                span[i] = ByteAt(offset + i);
            }

            output.Advance(count);
            offset += count;
            length -= count;
            if ((await output.FlushAsync(cancellationToken)).IsCompleted)
            {
                return;
            }
        }
    }

    private static async Task<byte[]> ContainerOfAsync(int size)
    {
        var media = Enumerable.Range(0, size).Select(i => ByteAt(i)).ToArray();
        var output = new MemoryStream();
        var options = new ExportOptions { Segment = "fixed", SegmenterOptions = new() { BlockSize = 7 } };
        await new MediaTransport().ExportAsync(new MemoryStream(media), output, options);
        return output.ToArray();
    }
}
