namespace Harmony4.Format.Internal;

/// <summary>A track record, and which of ROOT's pages are its own.</summary>
internal readonly record struct TrackPages(TrackRecord Record, int FirstPage, int PageCount);
