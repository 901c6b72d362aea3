using System.Buffers;
using Harmony4.TestKit;

/// <summary>What the README's statements read from, write to and end in.</summary>
internal static partial class ReadmeExample
{
    public static List<string> Lines { get; } = [];

    public static long BytesLeft { get; private set; } = -1;

    private static void Done(ReadOnlySequence<byte> rest) => BytesLeft = rest.Length;

    private static class File
    {
        public static byte[] ReadAllBytes(string name) => Vectors.Read("media/" + name);
    }

    private static class Console
    {
        public static void WriteLine(string line) => Lines.Add(line);
    }
}
