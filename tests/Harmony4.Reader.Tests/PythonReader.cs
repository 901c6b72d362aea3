using System.Buffers.Binary;
using System.Diagnostics;

namespace Harmony4.Reader.Tests;

/// <summary>The reader in Python, as one process that verifies file after file.</summary>
internal sealed class PythonReader : IDisposable
{
    private readonly Process _process;

    public PythonReader() => _process = Start("verify-many");

    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "h4mk.py");

    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>Returns "state code offset", or "state - -" without a finding.</summary>
    public async Task<string> VerifyAsync(ReadOnlyMemory<byte> file)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)file.Length);
        var input = _process.StandardInput.BaseStream;
        await input.WriteAsync(length);
        await input.WriteAsync(file);
        await input.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new IOException("the reader in Python has ended");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
