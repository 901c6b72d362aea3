using System.Globalization;
using Harmony4.Cli.Terminal;
using Harmony4.Format;
using Harmony4.Tokenization;

namespace Harmony4.Cli.Files;

/// <summary>Ties what a container or media says of itself to the file it came from.</summary>
internal static class Located
{
    /// <summary>Runs long work with a progress bar.</summary>
    public static Task<T> RunAsync<T>(CliConsole console, string label, IReadOnlyList<string> files, Func<IProgress<TransportProgress>?, Task<T>> work) =>
        ProgressDisplay.RunAsync(console, label, progress => RunAsync(files, () => work(progress)));

    public static Task<T> RunAsync<T>(string file, Func<Task<T>> work) => RunAsync([file], work);

    /// <summary>Runs work on files, of which media faults name the one by its number, and all else the first.</summary>
    public static async Task<T> RunAsync<T>(IReadOnlyList<string> files, Func<Task<T>> work)
    {
        var file = files[0];
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (H4mkFormatException exception)
        {
            var chunk = exception.Tag is { } tag ? $"{tag}: " : "";
            throw CliException.Failed(file, string.Create(CultureInfo.InvariantCulture, $"{exception.Offset}: {chunk}{exception.Detail}"), exception);
        }
        catch (MediaFormatException exception)
        {
            throw CliException.Failed(files[exception.Input], string.Create(CultureInfo.InvariantCulture, $"{exception.Offset}: {exception.Segment}: {exception.Detail}"), exception);
        }
        catch (SealKeyException exception)
        {
            throw new CliException(ExitCode.No, $"{file}: {exception.Message}", exception);
        }
        catch (PcmFormatException exception)
        {
            throw CliException.Failed(file, string.Create(CultureInfo.InvariantCulture, $"{exception.Offset}: {exception.Detail}"), exception);
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Usage, WithoutParameter(exception), exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Failed(file, IOFailure.DescribeOf(file, exception), exception);
        }
    }

    // The platform appends the parameter's name, which means nothing on a command line.
    private static string WithoutParameter(ArgumentException exception)
    {
        var message = exception.Message;
        var suffix = message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? message : message[..suffix];
    }
}
