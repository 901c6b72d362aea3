namespace Harmony4.Format.Tests;

public sealed class Sha256DigestTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0xa0, 32).Select(b => (byte)b)];

    [Fact]
    public void Digest_OfBytes_GivesThemBack()
    {
        var digest = new Sha256Digest(Bytes);
        Assert.Equal(Bytes, digest.ToArray());
        Assert.Equal("a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf", digest.ToString());
        var copy = new byte[33];
        digest.CopyTo(copy);
        Assert.Equal([.. Bytes, 0], copy);
        Assert.Throws<ArgumentException>(() => digest.CopyTo(new byte[31]));
        Assert.Equal(new byte[32], default(Sha256Digest).ToArray());
        foreach (var length in (int[])[0, 31, 33])
        {
            Assert.Throws<ArgumentException>("bytes", () => new Sha256Digest(new byte[length]));
        }
    }

    [Fact]
    public void Equality_OfEveryBit_Counts()
    {
        var digest = new Sha256Digest(Bytes);
        var same = new Sha256Digest([.. Bytes]);
        Assert.True(digest == same && !(digest != same) && digest.Equals(same) && digest.Equals((object)same));
        Assert.Equal(digest.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(0, digest.GetHashCode());
        Assert.False(digest.Equals(null) || digest.Equals("text"));
        for (var bit = 0; bit < 256; bit++)
        {
            var bytes = Bytes.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var other = new Sha256Digest(bytes);
            Assert.True(digest != other && !(digest == other) && !digest.Equals(other) && !digest.Equals((object)other));
        }
    }

    [Fact]
    public void TryParse_OtherThan64HexDigits_IsFalse()
    {
        var text = new Sha256Digest(Bytes).ToString();
        Assert.True(Sha256Digest.TryParse(text, out var digest) && digest == new Sha256Digest(Bytes));
        Assert.True(Sha256Digest.TryParse(text.ToUpperInvariant(), out digest) && digest == new Sha256Digest(Bytes));
        foreach (var other in (string[])["", text[1..], text[2..], text + "0", text + "00", "g" + text[1..], text[..63] + " "])
        {
            Assert.False(Sha256Digest.TryParse(other, out digest));
            Assert.Equal(default, digest);
        }
    }
}
