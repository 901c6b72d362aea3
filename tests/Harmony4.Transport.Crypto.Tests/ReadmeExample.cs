/// <summary>What the README's statements end in.</summary>
internal static partial class ReadmeExample
{
    public static byte[] Opened { get; private set; } = [];

    public static byte[] Stored { get; private set; } = [];

    private static void Done(byte[] opened, byte[] stored) => (Opened, Stored) = (opened, stored);
}
