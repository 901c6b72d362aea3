using System.Diagnostics;
using System.Security.Cryptography;

namespace Harmony4.Browser.Tests;

/// <summary>hls.js, a player of HLS in JavaScript (Apache 2.0), as npm installs it below <c>artifacts</c>: one version, and of that these bytes.</summary>
internal static class HlsScript
{
    private const string Package = "hls.js@1.7.4";
    private const string Sha256 = "cfc70cc9e9fc63d071919e087670abc760c8fd1bc889b88588026e4d22193bbe";

    private static readonly Lazy<Task<byte[]>> Script = new(InstallAsync);

    public static Task<byte[]> ReadAsync() => Script.Value;

    private static async Task<byte[]> InstallAsync()
    {
        var folder = Path.Combine(ServerProcess.FindRoot(), "artifacts", "npm");
        var path = Path.Combine(folder, "node_modules", "hls.js", "dist", "hls.min.js");
        if (!File.Exists(path) || HashOf(await File.ReadAllBytesAsync(path)) != Sha256)
        {
            Directory.CreateDirectory(folder);
            using var npm = Process.Start(new ProcessStartInfo(
                "npm", ["install", "--prefix", folder, "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", Package]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var errors = npm.StandardError.ReadToEndAsync();
            await npm.StandardOutput.ReadToEndAsync();
            await npm.WaitForExitAsync();
            Assert.True(npm.ExitCode == 0, await errors);
        }

        var script = await File.ReadAllBytesAsync(path);
        Assert.Equal(Sha256, HashOf(script));
        return script;
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
