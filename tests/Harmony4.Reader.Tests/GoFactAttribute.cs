namespace Harmony4.Reader.Tests;

/// <summary>A test that runs where Go and its module library are installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoFactAttribute : FactAttribute
{
    public const string Libraries = "/usr/share/gocode";

    public GoFactAttribute()
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!paths.Any(p => File.Exists(Path.Combine(p, "go"))) || !Directory.Exists(Libraries + "/src/golang.org/x/mod/sumdb/tlog"))
        {
            Skip = "Go or its module library is not installed: Debian's golang-go and golang-golang-x-mod-dev.";
        }
    }
}
