using Microsoft.AspNetCore.Http.HttpResults;

namespace Harmony4.Server;

/// <summary>
/// Refuses what pages of other origins send here. A browser lets any page post to any address without asking the host first,
/// so a host without authentication, on a developer's machine say, would take uploads from wherever the developer reads. Browsers say which page sends
/// in <c>Origin</c>, and to this machine and over https also in <c>Sec-Fetch-Site</c>; other clients send neither.
/// </summary>
internal static class ForeignPages
{
    private const string Header = "Sec-Fetch-Site";

    public static Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.Request.Method;
        var site = context.Request.Headers[Header].ToString();
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || (site is "" or "same-origin" or "none" && IsOwn(context.Request)))
        {
            return next(context);
        }

        ProblemHttpResult refused = TypedResults.Problem("pages of other origins may not send here", statusCode: StatusCodes.Status403Forbidden);
        return refused.ExecuteAsync(context);
    }

    // Something in front may speak TLS with the browser and not with this host, so the scheme is of no account.
    private static bool IsOwn(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        return origins.Count == 0
            || (origins is [{ } origin] && Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Host.Trim('[', ']').Equals(request.Host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
                && (request.Host.Port is not { } port || page.Port == port) && (request.Host.Port is not null || page.IsDefaultPort));
    }
}
