namespace Evidence;

/// <summary>The files of a case. In earnest each key lies with its holder alone.</summary>
internal sealed record CaseFiles(string Folder)
{
    public string SealKey => Path.Combine(Folder, "case.key");

    public string RecorderKey => Path.Combine(Folder, "recorder.pem");

    public string RecorderPublicKey => Path.Combine(Folder, "recorder.pem.pub");

    public string LaboratoryKey => Path.Combine(Folder, "laboratory.pem");

    public string LaboratoryPublicKey => Path.Combine(Folder, "laboratory.pem.pub");

    /// <summary>What the recorder has written when it is killed.</summary>
    public string Recording => Path.Combine(Folder, "case.h4mk.part");

    public string LiveSignatures => Path.Combine(Folder, "case.h4mk.live");

    public string Container => Path.Combine(Folder, "case.h4mk");

    public string Media => Path.Combine(Folder, "case.mp4");

    public string Block => Path.Combine(Folder, "block.bin");

    public string Entry => Path.Combine(Folder, "block.entry");

    public string Receipt => Path.Combine(Folder, "block.receipt.cbor");
}
