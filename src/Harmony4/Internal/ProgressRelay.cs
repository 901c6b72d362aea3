using Harmony4.Format;

namespace Harmony4.Internal;

/// <summary>Tells of bytes read as of work done.</summary>
internal sealed class ProgressRelay : IProgress<VerificationProgress>
{
    private readonly IProgress<TransportProgress> _target;

    private ProgressRelay(IProgress<TransportProgress> target) => _target = target;

    public static ProgressRelay? To(IProgress<TransportProgress>? target) => target is null ? null : new ProgressRelay(target);

    public void Report(VerificationProgress value) => _target.Report(new TransportProgress(value.BytesRead, value.Length));
}
