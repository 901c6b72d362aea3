namespace Harmony4.Fuzz;

/// <summary>Makes an input that breaks a promise smaller and plainer, as long as it is broken the same way.</summary>
internal static class Shrinker
{
    public static byte[] Shrink(Action<FuzzInput> check, byte[] input)
    {
        var broken = Tell(check, input) ?? throw new InvalidOperationException("nothing is wrong with this input");
        for (var length = 0; length != input.Length;)
        {
            length = input.Length;
            for (var piece = input.Length / 2; piece > 0; piece /= 2)
            {
                for (var at = input.Length - piece; at >= FuzzInput.HeaderLength; at -= piece)
                {
                    byte[] shorter = [.. input[..at], .. input[(at + piece)..]];
                    input = Tell(check, shorter) == broken ? shorter : input;
                    at = Math.Min(at, input.Length);
                }
            }
        }

        for (var at = 0; at < input.Length; at++)
        {
            byte[] plainer = [.. input];
            plainer[at] = 0;
            input = Tell(check, plainer) == broken ? plainer : input;
        }

        return input;
    }

    /// <summary>The kind of exception and where it was thrown; of what it says only the start, since numbers differ.</summary>
    private static string? Tell(Action<FuzzInput> check, byte[] input)
    {
        try
        {
            check(new FuzzInput(input));
            return null;
        }
        catch (Exception exception)
        {
            var place = exception.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Harmony4", StringComparison.Ordinal));
            return exception.GetType() + exception.Message[..Math.Min(exception.Message.Length, 12)] + place;
        }
    }
}
