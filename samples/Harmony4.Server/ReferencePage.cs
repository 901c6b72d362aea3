using Scalar.AspNetCore;

namespace Harmony4.Server;

/// <summary>The HTTP reference, to be read by everybody: fonts, the chat and the telemetry of the package would come from elsewhere, and some of its text is fainter than WCAG 2.2 AA allows.</summary>
internal static class ReferencePage
{
    private const string Language = "<script>document.documentElement.lang = 'en'</script>";

    private const string Contrast =
        """
        .light-mode { --scalar-color-3: #636363 !important; --scalar-color-green: #00673f !important; --scalar-color-orange: #8f4a00 !important; --scalar-color-red: #b3001b !important; }
        .dark-mode { --scalar-color-3: #9a9a9a !important; }
        .sidebar-search-placeholder { color: var(--scalar-color-2) !important; }
        """;

    public static void Configure(ScalarOptions options) => options
        .WithTitle("Harmony4")
        .WithOpenApiRoutePattern("/openapi/harmony4.json")
        .AddHeadContent(Language)
        .WithCustomCss(Contrast)
        .DisableDefaultFonts()
        .DisableAgent()
        .HideDeveloperTools()
        .DisableTelemetry();
}
