using Microsoft.AspNetCore.Http.HttpResults;

namespace Harmony4.Server;

/// <summary>
/// Refuses what pages of other origins send here. A browser lets any page post to any address without asking the host first,
/// so a host without authentication, on a developer's machine say, would take uploads from wherever the developer reads. Browsers say where
/// a request comes from in <c>Sec-Fetch-Site</c>, to this machine and over https; other clients do not send it.
/// </summary>
internal static class ForeignPages
{
    private const string Header = "Sec-Fetch-Site";

    public static Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.Request.Method;
        var site = context.Request.Headers[Header].ToString();
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || site is "" or "same-origin" or "none")
        {
            return next(context);
        }

        ProblemHttpResult refused = TypedResults.Problem("pages of other origins may not send here", statusCode: StatusCodes.Status403Forbidden);
        return refused.ExecuteAsync(context);
    }
}
