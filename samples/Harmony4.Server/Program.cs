// The reference host: every endpoint, a web page, health, telemetry, optional authentication. All of it is set by configuration.
using Harmony4;
using Harmony4.Server;
using Scalar.AspNetCore;

if (args.Contains("--health"))
{
    return await HealthCheck.RunAsync();
}

var builder = WebApplication.CreateBuilder(HostFolder.OptionsFor(args));
var settings = builder.Configuration.GetSection("Harmony4");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
DrainTime.Set(builder.Services, settings);
ConnectionLimits.Set(builder.WebHost, settings.GetValue("Limits:Connections", ConnectionLimits.DefaultConnections));
builder.Services.AddHarmony4(settings, "Limits:Connections");
builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
    context.ProblemDetails.Detail ??= $"{context.HttpContext.Request.Method} {context.HttpContext.Request.Path}: {context.ProblemDetails.Title}");
var authentication = Authentication.Add(builder);
Telemetry.Add(builder);

var app = builder.Build();

// Problem details for what no endpoint answers: unknown paths, other methods, missing keys, failures.
app.UseExceptionHandler();
app.UseStatusCodePages();
app.Use(SecurityHeaders.AddAsync);
app.Use(KnownHosts.FromSettings(settings, authentication).RefuseAsync);
app.Use(ForeignPages.RefuseAsync);
app.UseDefaultFiles();

// Asked about each time, so that no module of an older page is mixed with those of a newer one.
app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache" });

// The documentation page loads the OpenAPI document, which holds no secret, without a key.
app.MapHarmony4(Harmony4Endpoints.OpenApi);
var endpoints = app.MapHarmony4((authentication ? Harmony4Endpoints.All : Harmony4Endpoints.All & ~Harmony4Endpoints.ContainerDelete) & ~Harmony4Endpoints.OpenApi);
if (authentication)
{
    app.UseAuthentication();
    app.UseAuthorization();
    endpoints.RequireAuthorization();
}
else
{
    app.Logger.LogWarning("Authentication is off: whoever reaches this host may read and upload. Set Harmony4:ApiKey or Harmony4:Jwt:Authority.");
}

// Its script is part of the package.
app.MapScalarApiReference("/docs", ReferencePage.Configure);
await app.RunAsync();
return 0;
