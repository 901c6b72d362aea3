using Microsoft.Extensions.Options;

namespace Harmony4.AspNetCore.Internal;

/// <summary>Finds options of the endpoints that are not usable.</summary>
internal sealed class HttpOptionsValidator : IValidateOptions<Harmony4HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, Harmony4HttpOptions options) =>
        options.FirstFailure() is { } failure ? ValidateOptionsResult.Fail($"Harmony4HttpOptions.{failure}") : ValidateOptionsResult.Success;
}
