using System.Security.Cryptography;

namespace Harmony4.Hashing.Tests;

/// <summary>RFC 9162 word for word, without a thought for speed.</summary>
internal static class NaiveTree
{
    public static byte[] Leaf(byte[] record) => SHA256.HashData([0, .. record]);

    public static byte[] Root(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 0)
        {
            return SHA256.HashData([]);
        }

        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        var k = Split(leaves.Length);
        return SHA256.HashData([1, .. Root(leaves[..k]), .. Root(leaves[k..])]);
    }

    /// <summary>PATH(m, D[n]), section 2.1.3.1.</summary>
    public static byte[][] Path(int m, ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 1)
        {
            return [];
        }

        var k = Split(leaves.Length);
        return m < k ? [.. Path(m, leaves[..k]), Root(leaves[k..])] : [.. Path(m - k, leaves[k..]), Root(leaves[..k])];
    }

    /// <summary>SUBPROOF(m, D[n], b), section 2.1.4.1.</summary>
    public static byte[][] Consistency(int m, ReadOnlySpan<byte[]> leaves, bool whole = true)
    {
        if (m == leaves.Length)
        {
            return whole ? [] : [Root(leaves)];
        }

        var k = Split(leaves.Length);
        return m <= k
            ? [.. Consistency(m, leaves[..k], whole), Root(leaves[k..])]
            : [.. Consistency(m - k, leaves[k..], false), Root(leaves[..k])];
    }

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
        {
            k *= 2;
        }

        return k;
    }
}
