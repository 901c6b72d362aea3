using System.Diagnostics;
using System.Security.Cryptography;

namespace Harmony4.Browser.Tests;

/// <summary>A script that npm installs below <c>artifacts</c> for the tests: one version of a package, and of that these bytes.</summary>
internal sealed class NpmScript(string package, string path, string sha256)
{
    private static readonly SemaphoreSlim Installing = new(1);

    private readonly Lazy<Task<byte[]>> _script = new(() => InstallAsync(package, path, sha256));

    /// <summary>Gets hls.js, a player of HLS in JavaScript (Apache 2.0).</summary>
    public static NpmScript Hls { get; } = new("hls.js@1.7.4", "hls.js/dist/hls.min.js", "cfc70cc9e9fc63d071919e087670abc760c8fd1bc889b88588026e4d22193bbe");

    /// <summary>Gets axe-core, which finds faults in the accessibility of a page (MPL 2.0).</summary>
    public static NpmScript Axe { get; } = new("axe-core@4.14.1", "axe-core/axe.min.js", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c");

    public Task<byte[]> ReadAsync() => _script.Value;

    private static async Task<byte[]> InstallAsync(string package, string path, string sha256)
    {
        // Two at once would take each other's packages away. Each has a folder, since npm removes what it was not asked for.
        await Installing.WaitAsync();
        try
        {
            var folder = Path.Combine(ServerProcess.FindRoot(), "artifacts", "npm", package.Split('@')[0]);
            var file = Path.Combine([folder, "node_modules", .. path.Split('/')]);
            if (!File.Exists(file) || HashOf(await File.ReadAllBytesAsync(file)) != sha256)
            {
                Directory.CreateDirectory(folder);
                using var npm = Process.Start(new ProcessStartInfo(
                    "npm", ["install", "--prefix", folder, "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", package])
                { RedirectStandardError = true, RedirectStandardOutput = true })!;
                var errors = npm.StandardError.ReadToEndAsync();
                await npm.StandardOutput.ReadToEndAsync();
                await npm.WaitForExitAsync();
                Assert.True(npm.ExitCode == 0, await errors);
            }

            var script = await File.ReadAllBytesAsync(file);
            Assert.Equal(sha256, HashOf(script));
            return script;
        }
        finally
        {
            Installing.Release();
        }
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
