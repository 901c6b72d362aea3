namespace Harmony4.Server;

/// <summary>Where settings and the page are: in the folder the host is started from, as with <c>dotnet run</c>, or else beside its program, as published.</summary>
internal static class HostFolder
{
    private const string Settings = "appsettings.json";
    private const string Page = "wwwroot";

    public static WebApplicationOptions OptionsFor(string[] args) => new() { Args = args, ContentRootPath = Find(args, Directory.GetCurrentDirectory(), AppContext.BaseDirectory) };

    // Null leaves the framework its own order: the command line, the environment, the folder the host is started from.
    private static string? Find(string[] args, string current, string program) =>
        IsNamed(args) || Holds(current) || !Holds(program) ? null : program;

    private static bool IsNamed(string[] args) =>
        Array.Exists(args, a => a.StartsWith("--contentRoot", StringComparison.OrdinalIgnoreCase))
        || Environment.GetEnvironmentVariable("ASPNETCORE_CONTENTROOT") is not null
        || Environment.GetEnvironmentVariable("DOTNET_CONTENTROOT") is not null;

    private static bool Holds(string folder) => File.Exists(Path.Combine(folder, Settings)) || Directory.Exists(Path.Combine(folder, Page));
}
