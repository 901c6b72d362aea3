// The reference host: every endpoint, a web page, health, telemetry, optional authentication. All of it is set by configuration.
using Harmony4;
using Harmony4.Server;
using Scalar.AspNetCore;

if (args.Contains("--health"))
{
    return await HealthCheck.RunAsync();
}

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Harmony4");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
ConnectionLimits.Set(builder.WebHost, settings.GetValue("Limits:Connections", ConnectionLimits.DefaultConnections));
builder.Services.AddHarmony4(options => options.StorePath = settings["Store:Path"] ?? options.StorePath);
builder.Services.Configure<Harmony4HttpOptions>(options =>
{
    options.MaxUploadLength = settings.GetValue("Limits:MaxUploadLength", options.MaxUploadLength);
    options.MaxUploadBlocks = settings.GetValue("Limits:MaxUploadBlocks", options.MaxUploadBlocks);
    options.MaxOpenContainers = settings.GetValue("Limits:MaxOpenContainers", options.MaxOpenContainers);
    options.MaxOpenMemory = settings.GetValue("Limits:MaxOpenMemory", options.MaxOpenMemory);
    options.MaxListedContainers = settings.GetValue("Limits:MaxListedContainers", options.MaxListedContainers);
    options.MaxRequestMemory = settings.GetValue("Limits:MaxRequestMemory", options.MaxRequestMemory);
    options.MemoryWait = settings.GetValue("Limits:MemoryWait", options.MemoryWait);
    options.MaxSpilledLength = settings.GetValue("Limits:MaxSpilledLength", options.MaxSpilledLength);
    options.LiveTimeout = settings.GetValue("Limits:LiveTimeout", options.LiveTimeout);
    options.CheckBlocks = settings.GetValue("Limits:CheckBlocks", options.CheckBlocks);
});
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
