using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Harmony4.Browser.Tests;

/// <summary>The reference host as a process of its own, on a free port, with an empty store.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string folder, Uri address)
    {
        _process = process;
        Folder = folder;
        Address = address;
    }

    public string Folder { get; }

    public Uri Address { get; }

    public static Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string>? settings = null) =>
        StartAsync((folder, address) => StartInfo(folder, address, settings ?? new Dictionary<string, string>()));

    /// <summary>Starts what <see cref="PublishAsync"/> wrote, from another folder.</summary>
    public static Task<ServerProcess> StartAsync(string published, string workingFolder) => StartAsync((folder, address) =>
    {
        var start = StartInfo(folder, address, new Dictionary<string, string>());
        start.ArgumentList[0] = Path.Combine(published, Path.GetFileName(start.ArgumentList[0]));
        start.WorkingDirectory = workingFolder;
        return start;
    });

    /// <summary>Publishes the host, as built for these tests, to a folder.</summary>
    public static async Task PublishAsync(string folder)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        using var publish = Process.Start(new ProcessStartInfo("dotnet", ["publish", Path.Combine(FindRoot(), "samples", "Harmony4.Server"), "-c", configuration, "--no-build", "-o", folder, "--nologo", "-v", "q"]))!;
        await publish.WaitForExitAsync();
        Assert.Equal(0, publish.ExitCode);
    }

    private static async Task<ServerProcess> StartAsync(Func<string, Uri, ProcessStartInfo> describe)
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-browser-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = Process.Start(describe(folder, address))!;
        using var client = new HttpClient();
        for (var i = 0; ; i++)
        {
            try
            {
                using var response = await client.GetAsync(new Uri(address, "/health"));
                return new ServerProcess(process, folder, address);
            }
            catch (HttpRequestException) when (i < 200 && !process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Runs a host that does not start; returns its exit code and what it says.</summary>
    public static async Task<(int ExitCode, string Message)> RunAsync(IReadOnlyDictionary<string, string> settings)
    {
        var folder = Directory.CreateTempSubdirectory("harmony4-browser-").FullName;
        var start = StartInfo(folder, new Uri($"http://127.0.0.1:{FreePort()}"), settings);
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var message = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
        return (process.ExitCode, message);
    }

    /// <summary>Asks the host to stop, as an orchestrator does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Returns the exit code; the host has to end in time.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        await _process.WaitForExitAsync().WaitAsync(patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Harmony4.Sdk.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("not below the repository");
        }

        return folder.FullName;
    }

    private static ProcessStartInfo StartInfo(string folder, Uri address, IReadOnlyDictionary<string, string> settings)
    {
        var root = FindRoot();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(root, "artifacts", "bin", "Harmony4.Server", configuration, "Harmony4.Server.dll"), "--urls", address.ToString() },
            WorkingDirectory = Path.Combine(root, "samples", "Harmony4.Server"),
            Environment = { ["Harmony4__Store__Path"] = folder },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
