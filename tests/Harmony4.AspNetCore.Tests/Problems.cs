using System.Text.Json;

namespace Harmony4.AspNetCore.Tests;

internal static class Problems
{
    public static async Task<JsonDocument> CheckAsync(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var json = JsonDocument.Parse(text);
        Assert.Equal(status, json.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(json.RootElement.GetProperty("title").GetString()!);
        Assert.NotEmpty(json.RootElement.GetProperty("detail").GetString()!);
        return json;
    }
}
