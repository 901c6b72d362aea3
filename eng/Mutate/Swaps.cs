using Microsoft.CodeAnalysis.CSharp;

namespace Harmony4.Mutate;

/// <summary>What stands in for an operator or a method.</summary>
internal static class Swaps
{
    public static string[] Operator(SyntaxKind kind) => kind switch
    {
        SyntaxKind.LessThanToken => ["<="],
        SyntaxKind.LessThanEqualsToken => ["<"],
        SyntaxKind.GreaterThanToken => [">="],
        SyntaxKind.GreaterThanEqualsToken => [">"],
        SyntaxKind.EqualsEqualsToken => ["!="],
        SyntaxKind.ExclamationEqualsToken => ["=="],
        SyntaxKind.PlusToken => ["-"],
        SyntaxKind.MinusToken => ["+"],
        SyntaxKind.AsteriskToken => ["/"],
        SyntaxKind.SlashToken => ["*"],
        SyntaxKind.PercentToken => ["*"],
        SyntaxKind.AmpersandToken => ["|"],
        SyntaxKind.BarToken => ["&"],
        SyntaxKind.CaretToken => ["|"],
        SyntaxKind.LessThanLessThanToken => [">>"],
        SyntaxKind.GreaterThanGreaterThanToken or SyntaxKind.GreaterThanGreaterThanGreaterThanToken => ["<<"],
        SyntaxKind.AmpersandAmpersandToken => ["||"],
        SyntaxKind.BarBarToken => ["&&"],
        SyntaxKind.PlusPlusToken => ["--"],
        SyntaxKind.MinusMinusToken => ["++"],
        SyntaxKind.PlusEqualsToken => ["-="],
        SyntaxKind.MinusEqualsToken => ["+="],
        SyntaxKind.AsteriskEqualsToken => ["/="],
        SyntaxKind.SlashEqualsToken => ["*="],
        SyntaxKind.AmpersandEqualsToken => ["|="],
        SyntaxKind.BarEqualsToken => ["&="],
        SyntaxKind.CaretEqualsToken => ["|="],
        SyntaxKind.LessThanLessThanEqualsToken => [">>="],
        SyntaxKind.GreaterThanGreaterThanEqualsToken => ["<<="],
        _ => [],
    };

    public static string? Method(string name) => name switch
    {
        "Min" => "Max",
        "Max" => "Min",
        "ThrowIfNegative" => "ThrowIfNegativeOrZero",
        "ThrowIfNegativeOrZero" => "ThrowIfNegative",
        "ThrowIfGreaterThan" => "ThrowIfGreaterThanOrEqual",
        "ThrowIfGreaterThanOrEqual" => "ThrowIfGreaterThan",
        "ThrowIfLessThan" => "ThrowIfLessThanOrEqual",
        "ThrowIfLessThanOrEqual" => "ThrowIfLessThan",
        _ => null,
    };
}
