namespace Harmony4.Tokenization.Internal;

/// <summary>How the bytes of one sample become steps of 16-bit sound.</summary>
/// <typeparam name="TSteps">What holds them: 16-bit integers where those suffice, else single precision.</typeparam>
internal unsafe interface IPcmSample<TSteps>
    where TSteps : unmanaged
{
    /// <summary>Gets the bytes of a sample.</summary>
    static abstract int Length { get; }

    /// <summary>Reads a sample; false when it is no number, or one beyond all sound.</summary>
    static abstract bool TryRead(byte* source, out TSteps steps);
}
