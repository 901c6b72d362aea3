using Microsoft.AspNetCore.Http;

namespace Harmony4.AspNetCore.Internal;

/// <summary>What stands before an endpoint's own path: the prefix of the group that it was mapped in.</summary>
internal static class RoutePrefix
{
    public static PathString Of(HttpRequest request, string pattern)
    {
        // A slash at the end leads to the same endpoint.
        var path = (request.Path.Value ?? string.Empty).TrimEnd('/');
        return path.EndsWith(pattern, StringComparison.OrdinalIgnoreCase) ? new PathString(path[..^pattern.Length]) : PathString.Empty;
    }
}
