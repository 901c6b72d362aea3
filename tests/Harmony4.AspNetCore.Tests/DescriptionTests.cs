using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Harmony4.AspNetCore.Tests;

/// <summary>A host's own OpenAPI document shows the endpoints, with what the package's document says that they take.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task AddOpenApi_ShowsEveryEndpointWithItsParameters()
    {
        await using var host = await TestHost.StartAsync(
            services => services.AddOpenApi(),
            app =>
            {
                app.MapHarmony4();
                app.MapOpenApi();
            });
        using var generated = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json"));
        using var ours = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/harmony4.json"));
        var paths = generated.RootElement.GetProperty("paths");
        foreach (var path in ours.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                Assert.True(paths.GetProperty(path.Name).TryGetProperty(operation.Name, out var shown), $"{operation.Name} {path.Name}");
                Assert.NotEqual(JsonValueKind.Undefined, shown.GetProperty("summary").ValueKind);
                Assert.Equal(operation.Value.GetProperty("tags")[0].GetString(), shown.GetProperty("tags")[0].GetString());
                Assert.Equal(operation.Value.TryGetProperty("requestBody", out _), shown.TryGetProperty("requestBody", out _));
                if (operation.Name != "head")
                {
                    // A response to HEAD is that to GET, and so are its parameters here; no range counts for it.
                    Assert.Equal(Parameters(operation.Value), Parameters(shown));
                }
            }
        }
    }

    private static IEnumerable<string> Parameters(JsonElement operation) => operation.TryGetProperty("parameters", out var parameters)
        ? parameters.EnumerateArray().Select(p => $"{p.GetProperty("in")} {p.GetProperty("name")} {p.TryGetProperty("required", out var required) && required.GetBoolean()}").Order(StringComparer.Ordinal)
        : [];
}
