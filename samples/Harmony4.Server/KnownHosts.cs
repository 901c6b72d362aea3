using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Harmony4.Server;

/// <summary>
/// Serves the names only that the host is known by. A page elsewhere can have its own name lead to this machine, and then reads and sends as if it were the host's own (DNS rebinding); the name
/// in the request gives it away. A host with a key has nothing to fear of that, so it serves every name unless some are configured.
/// </summary>
/// <param name="names">The names: <c>media.example.org</c>, or <c>*.example.org</c> for all below.</param>
/// <param name="allowsOthers">Whether any other name is served, too.</param>
internal sealed class KnownHosts(IReadOnlyList<string> names, bool allowsOthers)
{
    public static KnownHosts FromSettings(IConfiguration settings, bool hasKey)
    {
        var names = (settings["AllowedHosts"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new KnownHosts(names, names.Contains("*") || (hasKey && names.Length == 0));
    }

    public Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        if (IsKnown(context.Request.Host.Host))
        {
            return next(context);
        }

        ProblemHttpResult refused = TypedResults.Problem("this host is not known by that name; Harmony4:AllowedHosts names those that it is", statusCode: StatusCodes.Status400BadRequest);
        return refused.ExecuteAsync(context);
    }

    private bool IsKnown(string host) =>
        allowsOthers
        || IPAddress.TryParse(host, out _)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || names.Any(name => name.StartsWith("*.", StringComparison.Ordinal)
            ? host.Length > name.Length - 1 && host.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(name, StringComparison.OrdinalIgnoreCase));
}
