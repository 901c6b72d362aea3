using Microsoft.Extensions.Logging;

namespace Harmony4.AspNetCore.Internal;

/// <summary>What the package says to the host's log. The numbers of events stay; each about a container has its id, in <c>Container</c>.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "{Path}: the request was cancelled, container {Container}")]
    public static partial void Cancelled(ILogger logger, Exception exception, string path, string? container);

    [LoggerMessage(2, LogLevel.Debug, "{Path}: the client went away, container {Container}")]
    public static partial void ClientGone(ILogger logger, Exception exception, string path, string? container);

    [LoggerMessage(3, LogLevel.Warning, "{Path}: refused for want of memory, container {Container}: {Detail}")]
    public static partial void NoMemory(ILogger logger, string path, string? container, string detail);

    [LoggerMessage(4, LogLevel.Error, "{Path}: the store or the disk failed, container {Container}")]
    public static partial void StoreFailed(ILogger logger, Exception exception, string path, string? container);

    [LoggerMessage(5, LogLevel.Warning, "{Path}: the response was cut short, container {Container}")]
    public static partial void CutShort(ILogger logger, Exception exception, string path, string? container);

    [LoggerMessage(6, LogLevel.Warning, "{Path}: the stored file is not sound, container {Container}: {Detail}")]
    public static partial void NotSound(ILogger logger, string path, string? container, string detail);

    [LoggerMessage(7, LogLevel.Debug, "{Path}: refused with {Status}, container {Container}: {Detail}")]
    public static partial void Refused(ILogger logger, string path, int status, string? container, string detail);

    [LoggerMessage(10, LogLevel.Information, "recording {Container} was ended: {Reason}")]
    public static partial void RecordingEnded(ILogger logger, string container, string reason);

    [LoggerMessage(11, LogLevel.Warning, "recording {Container}, which nobody wrote any more, was closed: {Blocks} blocks, {Lost} lost")]
    public static partial void RecordingClosed(ILogger logger, string container, long blocks, long lost);

    [LoggerMessage(12, LogLevel.Information, "recording {Container} was whole already")]
    public static partial void RecordingUnmarked(ILogger logger, string container);

    [LoggerMessage(13, LogLevel.Error, "recording {Container}, which nobody writes any more, could not be closed")]
    public static partial void RecordingNotClosed(ILogger logger, Exception exception, string container);

    [LoggerMessage(14, LogLevel.Error, "recordings that were left could not be looked for")]
    public static partial void RecordingsNotSearched(ILogger logger, Exception exception);
}
