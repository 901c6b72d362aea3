namespace Harmony4.AspNetCore.Internal;

/// <summary>Ends a request whose client is gone; the server may not have said so yet.</summary>
internal sealed class ClientGoneException(IOException cause) : Exception("the client went away", cause);
