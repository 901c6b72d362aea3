using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Harmony4.TestKit;

namespace Harmony4.Transport.Crypto.Tests;

/// <summary>No key material in texts: every public type's text, and the texts of failures, are searched for it.</summary>
public sealed class SecretsTests
{
    private static readonly byte[] Secret = Vectors.SeededBytes("secret", 32);

    [Fact]
    public void ToStringAndExceptions_OfEverythingThatHoldsAKey_ShowNothingOfIt()
    {
        using var master = new MasterKey(Secret);
        using var content = new ContentKey(Secret);
        var parameters = SealParameters.CreateRandom(content);
        using var mask = new TransportMask(master);
        using var sealer = new BlockSealer(content, parameters, 0);
        Assert.True(BlockOpener.TryCreate(content, parameters, 0, out var opener));
        using var rootSeal = new RootSeal(content, parameters);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = ec.ExportPkcs8PrivateKeyPem();
        using var signer = StatementSigner.FromPem(pem);
        var texts = new List<string>();
        foreach (var holder in new object[] { master, content, parameters, mask, sealer, opener, rootSeal, signer })
        {
            texts.Add(holder.ToString()!);
            texts.Add(string.Format(CultureInfo.InvariantCulture, "{0}", holder));
            texts.AddRange(holder.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => !p.PropertyType.IsByRefLike)
                .Select(p => Convert.ToString(p.GetValue(holder), CultureInfo.InvariantCulture)!));
        }

        texts.Add(Failure(() => _ = new MasterKey(Secret.AsSpan(0, 15))));
        texts.Add(Failure(() => _ = new ContentKey(Secret.AsSpan(0, 31))));
        texts.Add(Failure(() => KeyFile.ReadContentKey(Secret.AsSpan(0, 20))));
        texts.Add(Failure(() => KeyFile.ReadMasterKey(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(Secret.AsSpan(0, 8))))));
        texts.Add(Failure(() => StatementSigner.FromPem(pem.Replace("-----END", "=====END", StringComparison.Ordinal))));
        master.Dispose();
        texts.Add(Failure(() => _ = new TransportMask(master)));
        opener.Dispose();

        var all = string.Join('\n', texts);
        for (var i = 0; i <= Secret.Length - 4; i++)
        {
            var part = Secret.AsSpan(i, 4);
            Assert.DoesNotContain(Convert.ToHexString(part), all, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToHexString(part), all.Replace("-", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain(Convert.ToBase64String(Secret)[..8], all, StringComparison.Ordinal);
        Assert.DoesNotContain(pem.Split('\n')[1][20..40], all, StringComparison.Ordinal);
    }

    [Fact]
    public void PublicTypes_OfferNoWayToReadAKey()
    {
        foreach (var type in new[] { typeof(MasterKey), typeof(ContentKey), typeof(RootSeal), typeof(TransportMask) })
        {
            Assert.DoesNotContain(type.GetProperties(), p => p.PropertyType != typeof(int) && !p.GetMethod!.IsStatic);
            Assert.DoesNotContain(type.GetMethods(), m => m.ReturnType == typeof(byte[]) || m.ReturnType == typeof(ReadOnlyMemory<byte>));
            Assert.Contains(typeof(IDisposable), type.GetInterfaces());
        }
    }

    [Fact]
    public void Dispose_Key_ZeroesItsMemory()
    {
        var secret = new Internal.SecretBytes(Secret);
        ReadOnlySpan<byte> memory = secret.Span;
        secret.Dispose();
        Assert.DoesNotContain(memory.ToArray(), b => b != 0);
        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
    }

    [Fact]
    public void Names_OfTheMask_NeverCallItEncryption()
    {
        var names = typeof(TransportMask).GetMembers().Select(m => m.Name).Append(nameof(TransportMask));
        Assert.DoesNotContain(names, n => n.Contains("crypt", StringComparison.OrdinalIgnoreCase) || n.Contains("cipher", StringComparison.OrdinalIgnoreCase));
    }

    private static string Failure(Action action) => Assert.ThrowsAny<Exception>(action).ToString();
}
