namespace Harmony4.Format.Internal;

/// <summary>Takes what a walk finds in a damaged recording, in file order.</summary>
internal interface IRecoveryTarget
{
    /// <summary>Takes a sound TOKN with the CORE that it announces.</summary>
    ValueTask TakeBlockAsync(TokenRecord token, long tokenOffset, ScannedChunk core, CancellationToken cancellationToken);

    /// <summary>Takes a sound TOKN whose CORE is damaged.</summary>
    ValueTask TakeLostAsync(TokenRecord token, long tokenOffset, CancellationToken cancellationToken);

    /// <summary>Takes a sound INDX.</summary>
    void TakePage(in ScannedChunk page);

    /// <summary>Takes a sound SEAL or unknown chunk.</summary>
    ValueTask TakeOtherAsync(ScannedChunk chunk, CancellationToken cancellationToken);

    /// <summary>Takes note of a SEAL that is damaged.</summary>
    ValueTask TakeDamagedSealAsync(CancellationToken cancellationToken);

    /// <summary>Takes note of bytes that were passed over.</summary>
    void Skip(long from, long to);
}
