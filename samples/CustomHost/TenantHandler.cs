using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace CustomHost;

/// <summary>Knows tenants by the key in <c>X-Tenant-Key</c>, and lets each to its own containers only.</summary>
internal sealed class TenantHandler(IOptionsMonitor<TenantOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<TenantOptions>(options, logger, encoder)
{
    public const string SchemeName = "Tenant";

    public static bool OwnsContainer(AuthorizationHandlerContext context) =>
        context.User.Identity?.Name is { } tenant
        && context.Resource is HttpContext http
        && http.Request.Query["id"].ToString().StartsWith(tenant + ".", StringComparison.Ordinal);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var sent = SHA256.HashData(Encoding.UTF8.GetBytes(Request.Headers["X-Tenant-Key"].ToString()));
        foreach (var (tenant, key) in Options.Keys)
        {
            if (key.Length > 0 && CryptographicOperations.FixedTimeEquals(sent, SHA256.HashData(Encoding.UTF8.GetBytes(key))))
            {
                var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, tenant)], SchemeName);
                return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
            }
        }

        return Task.FromResult(AuthenticateResult.NoResult());
    }
}

/// <summary>The tenants' keys.</summary>
internal sealed class TenantOptions : AuthenticationSchemeOptions
{
    public Dictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);
}
