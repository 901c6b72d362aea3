/// <summary>What the README's statements end in.</summary>
internal static partial class ReadmeExample
{
    public static bool IsThere { get; private set; }

    private static void Done(bool there) => IsThere = there;
}
