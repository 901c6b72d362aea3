namespace Harmony4.Format.Internal;

/// <summary>A list that one appends to while others read what was there when they took a view of it. Growth never copies what is in it.</summary>
/// <remarks>Views have to be taken by whoever appends, or under the same lock.</remarks>
internal sealed class GrowingList<T>
{
    public const int PartLength = 1 << PartBits;

    private const int PartBits = 10;
    private T[][] _parts = [];

    public int Count { get; private set; }

    /// <summary>Gets whether the next item needs another part.</summary>
    public bool IsFull => Count == PartsOf(Count) << PartBits;

    public void Add(T item)
    {
        var part = Count >> PartBits;
        if (part == _parts.Length)
        {
            // Views keep the array that they have.
            Array.Resize(ref _parts, Math.Max(4, 2 * part));
        }

        (_parts[part] ??= new T[PartLength])[Count & (PartLength - 1)] = item;
        Count++;
    }

    public View Take() => new(_parts, Count);

    private static int PartsOf(int count) => (count + PartLength - 1) >> PartBits;

    /// <summary>The items that were there at one moment.</summary>
    internal readonly struct View(T[][] parts, int count)
    {
        public int Count => count;

        public ref readonly T this[int index] => ref parts[index >> PartBits][index & (PartLength - 1)];

        /// <summary>How many items at the front are such, where no such item follows another.</summary>
        public int CountWhile<TKey>(TKey key, Func<T, TKey, bool> isSuch)
        {
            int low = 0, high = count;
            while (low < high)
            {
                var middle = (int)(((uint)low + (uint)high) >> 1);
                if (isSuch(this[middle], key))
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
    }
}
