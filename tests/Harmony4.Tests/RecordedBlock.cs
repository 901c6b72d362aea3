using Harmony4.Format;

namespace Harmony4.Tests;

internal sealed record RecordedBlock(int Track, BlockInfo Info, byte[] Payload);
