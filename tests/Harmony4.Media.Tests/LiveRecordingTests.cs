using System.Diagnostics;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Harmony4.Format;

namespace Harmony4.Media.Tests;

/// <summary>A container is read while ffmpeg records into it: no block is shown that the finished container does not have.</summary>
public sealed class LiveRecordingTests
{
    // ffmpeg goes on until the reader has seen so many blocks: some of them were read while it still wrote.
    private const int WhileRecording = 4;

    private const string Source = "-re -f lavfi -i testsrc=size=160x120:rate=25 -c:v libx264 -preset ultrafast -tune zerolatency -g 5 -pix_fmt yuv420p -t 60 ";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Recordings => new(
        Source + "-movflags frag_keyframe+empty_moov+default_base_moof -f mp4 -",
        Source + "-f mpegts -");

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Follow_FileThatFfmpegRecordsInto_ShowsTheFinishedFilesBlocks(string arguments)
    {
        var path = FFmpeg.NewPath("h4mk");
        using var timeout = new CancellationTokenSource(Longest);
        using var ffmpeg = FFmpeg.Record(arguments);
        await using var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        var export = ExportAsync(ffmpeg, output, timeout.Token);
        await using var source = H4mkSource.FromFile(path);
        var shown = new List<ShownBlock>();
        Sha256Digest? identity = null;
        var follower = new H4mkFollower(source, new H4mkFollowerOptions { PollInterval = TimeSpan.FromMilliseconds(20) });
        await foreach (var part in follower.FollowAsync(timeout.Token))
        {
            Assert.NotEqual(ForwardPart.Restart, part.Part);
            identity = part.Identity ?? identity;
            if (part.Part == ForwardPart.Block)
            {
                shown.Add(new ShownBlock(part.Track, part.Block, SHA256.HashData(part.Payload.Span)));
                await StopOnceSeenAsync(ffmpeg, shown);
            }
        }

        await export;
        await AssertFinishedHasAsync(source, shown, identity);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Read_PipeThatFfmpegRecordsInto_ShowsTheFinishedContainersBlocks(string arguments)
    {
        using var timeout = new CancellationTokenSource(Longest);
        using var ffmpeg = FFmpeg.Record(arguments);
        var pipe = new Pipe();
        var export = ExportAsync(ffmpeg, pipe.Writer.AsStream(), timeout.Token);
        using var finished = new MemoryStream();
        var shown = new List<ShownBlock>();
        await using var reader = H4mkForwardReader.Create(new CopyingStream(pipe.Reader.AsStream(), finished));
        while (await reader.ReadAsync(timeout.Token))
        {
            if (reader.Part == ForwardPart.Block)
            {
                var (track, block) = (reader.Track, reader.Block);
                var payload = await reader.ReadPayloadAsync(timeout.Token);
                shown.Add(new ShownBlock(track, block, SHA256.HashData(payload.Span)));
                await StopOnceSeenAsync(ffmpeg, shown);
            }
        }

        await export;
        await AssertFinishedHasAsync(H4mkSource.FromMemory(finished.ToArray()), shown, reader.Identity);
    }

    private static async Task ExportAsync(Process ffmpeg, Stream output, CancellationToken cancellationToken)
    {
        await using (output)
        {
            await new MediaTransport().ExportAsync(ffmpeg.StandardOutput.BaseStream, output, cancellationToken: cancellationToken);
        }
    }

    private static async Task StopOnceSeenAsync(Process ffmpeg, List<ShownBlock> shown)
    {
        if (shown.Count == WhileRecording)
        {
            Assert.False(ffmpeg.HasExited);
            await ffmpeg.StandardInput.WriteAsync('q');
            await ffmpeg.StandardInput.FlushAsync();
        }
    }

    private static async Task AssertFinishedHasAsync(H4mkSource source, List<ShownBlock> shown, Sha256Digest? identity)
    {
        var verified = await H4mkContainer.VerifyAsync(source);
        Assert.Equal(VerificationState.Unsigned, verified.State);
        Assert.Equal(verified.Identity, identity);
        Assert.Equal(verified.BlockCount, shown.Count);
        await using var container = await H4mkContainer.OpenAsync(source);
        foreach (var (track, block, digest) in shown)
        {
            var final = await container.GetBlockAsync(track, block.Ordinal);
            Assert.Equal((block.FileOffset, block.Length, block.Pts, block.Duration, block.Flags), (final.FileOffset, final.Length, final.Pts, final.Duration, final.Flags));
            Assert.Equal(new Sha256Digest(digest), final.Digest);
        }
    }

    private sealed record ShownBlock(int Track, BlockLocation Block, byte[] Digest);

    /// <summary>Keeps what is read from a stream.</summary>
    private sealed class CopyingStream(Stream input, MemoryStream copy) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await input.ReadAsync(buffer, cancellationToken);
            copy.Write(buffer.Span[..count]);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
