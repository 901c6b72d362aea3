// A host of one's own: its own store, its own authentication, three endpoints and no others.
using CustomHost;
using Harmony4;

var builder = WebApplication.CreateSlimBuilder(args);

// Registered first, it is the store; AddHarmony4 adds one only where there is none.
builder.Services.AddSingleton<IContainerStore>(new TenantStore(builder.Configuration["Folder"] ?? "tenants"));
builder.Services.AddHarmony4();
builder.Services.AddAuthentication(TenantHandler.SchemeName).AddScheme<TenantOptions, TenantHandler>(TenantHandler.SchemeName, options =>
{
    foreach (var tenant in builder.Configuration.GetSection("Tenants").GetChildren())
    {
        options.Keys[tenant.Key] = tenant.Value ?? string.Empty;
    }
});
builder.Services.AddAuthorizationBuilder().AddPolicy("owner", policy => policy.RequireAssertion(TenantHandler.OwnsContainer));

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapHarmony4(Harmony4Endpoints.VideoRange | Harmony4Endpoints.VideoSeek | Harmony4Endpoints.VideoInfo).RequireAuthorization("owner");
await app.RunAsync();
