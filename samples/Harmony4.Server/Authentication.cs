using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Harmony4.Server;

/// <summary>Authentication by configuration: an API key, tokens of an issuer, or none.</summary>
internal static class Authentication
{
    /// <summary>Returns whether requests have to be authenticated.</summary>
    public static bool Add(WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection("Harmony4");
        if (settings["ApiKey"] is { } key)
        {
            // One that was meant to be set and is not would leave the host open to all.
            if (string.IsNullOrWhiteSpace(key))
            {
                throw new InvalidOperationException("Harmony4:ApiKey: expected a key, found a blank one; leave the setting out to let everybody in");
            }

            builder.Services.AddAuthentication(ApiKeyHandler.SchemeName)
                .AddScheme<ApiKeyOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, options => options.Key = key);
        }
        else if (settings["Jwt:Authority"] is { Length: > 0 } authority)
        {
            // Without these every request would fail, with an answer that does not say why.
            if (!authority.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException($"Harmony4:Jwt:Authority: expected an address of https, found {authority}");
            }

            if (string.IsNullOrEmpty(settings["Jwt:Audience"]))
            {
                throw new InvalidOperationException("Harmony4:Jwt:Audience: expected the audience that tokens have to name, found none");
            }

            builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
            {
                options.Authority = authority;
                options.Audience = settings["Jwt:Audience"];
            });
        }
        else
        {
            return false;
        }

        builder.Services.AddAuthorization();
        return true;
    }
}

/// <summary>The key that requests have to bring.</summary>
internal sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    public string Key { get; set; } = string.Empty;
}
