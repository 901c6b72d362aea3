using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Harmony4.Mutate;

/// <summary>Lists the changes to try in a file. Some give no program; compiling finds those out.</summary>
internal sealed class MutationFinder : CSharpSyntaxWalker
{
    private readonly SemanticModel _model;
    private readonly SyntaxTree _tree;
    private readonly List<Mutation> _found = [];

    private MutationFinder(SemanticModel model, SyntaxTree tree)
    {
        _model = model;
        _tree = tree;
    }

    public static IReadOnlyList<Mutation> Find(Compilation compilation, SyntaxTree tree)
    {
        var finder = new MutationFinder(compilation.GetSemanticModel(tree), tree);
        finder.Visit(tree.GetRoot());
        return finder._found;
    }

    public override void VisitAttributeList(AttributeListSyntax node)
    {
    }

    public override void VisitFieldDeclaration(FieldDeclarationSyntax node)
    {
        // A public constant is compiled into the tests, which a change of it does not reach.
        if (!(node.Modifiers.Any(SyntaxKind.ConstKeyword) && node.Modifiers.Any(SyntaxKind.PublicKeyword)))
        {
            base.VisitFieldDeclaration(node);
        }
    }

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        base.VisitBinaryExpression(node);
        if (!IsText(node))
        {
            Replace(node.OperatorToken);
        }
    }

    public override void VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        base.VisitAssignmentExpression(node);
        Replace(node.OperatorToken);
    }

    public override void VisitRelationalPattern(RelationalPatternSyntax node)
    {
        base.VisitRelationalPattern(node);
        Replace(node.OperatorToken);
    }

    public override void VisitBinaryPattern(BinaryPatternSyntax node)
    {
        base.VisitBinaryPattern(node);
        Add(node.OperatorToken.Span, node.OperatorToken.IsKind(SyntaxKind.AndKeyword) ? "or" : "and");
    }

    public override void VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        base.VisitPrefixUnaryExpression(node);
        if (node.OperatorToken.Kind() is SyntaxKind.ExclamationToken or SyntaxKind.TildeToken or SyntaxKind.MinusToken)
        {
            Add(node.OperatorToken.Span, "");
        }

        Replace(node.OperatorToken);
    }

    public override void VisitPostfixUnaryExpression(PostfixUnaryExpressionSyntax node)
    {
        base.VisitPostfixUnaryExpression(node);
        Replace(node.OperatorToken);
    }

    public override void VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        switch (node.Kind())
        {
            case SyntaxKind.TrueLiteralExpression:
                Add(node.Span, "false");
                break;
            case SyntaxKind.FalseLiteralExpression:
                Add(node.Span, "true");
                break;
            case SyntaxKind.NumericLiteralExpression:
                Add(node.Span, $"({node} + 1)");
                break;
        }
    }

    public override void VisitIfStatement(IfStatementSyntax node)
    {
        base.VisitIfStatement(node);
        Negate(node.Condition);
        if (node.Else is null)
        {
            Add(node.Span, ";");
        }
    }

    public override void VisitWhileStatement(WhileStatementSyntax node)
    {
        base.VisitWhileStatement(node);
        Negate(node.Condition);
    }

    public override void VisitForStatement(ForStatementSyntax node)
    {
        // A step in the wrong direction never ends, which takes long to find out and says little.
        Visit(node.Declaration);
        Visit(node.Condition);
        Visit(node.Statement);
        if (node.Condition is not null)
        {
            Add(node.Condition.Span, "false");
        }
    }

    public override void VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        base.VisitConditionalExpression(node);
        Negate(node.Condition);
    }

    public override void VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        base.VisitExpressionStatement(node);
        Add(node.Span, ";");
    }

    public override void VisitBreakStatement(BreakStatementSyntax node)
    {
        if (node.Parent is not SwitchSectionSyntax)
        {
            Add(node.Span, ";");
        }
    }

    public override void VisitContinueStatement(ContinueStatementSyntax node) => Add(node.Span, ";");

    public override void VisitThrowStatement(ThrowStatementSyntax node)
    {
        // The message and its numbers are for people; that it is thrown at all is the condition's matter.
    }

    public override void VisitThrowExpression(ThrowExpressionSyntax node)
    {
    }

    public override void VisitReturnStatement(ReturnStatementSyntax node)
    {
        base.VisitReturnStatement(node);
        if (node.Expression is null)
        {
            Add(node.Span, ";");
        }
        else
        {
            ReplaceResult(node.Expression);
        }
    }

    public override void VisitArrowExpressionClause(ArrowExpressionClauseSyntax node)
    {
        base.VisitArrowExpressionClause(node);
        ReplaceResult(node.Expression);
    }

    public override void VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (node.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" })
        {
            // Where a method goes on is for its caller's context to tell, and tests have none.
            Visit(node.Expression);
            return;
        }

        base.VisitInvocationExpression(node);
        if (node.Expression is MemberAccessExpressionSyntax member && Swaps.Method(member.Name.Identifier.Text) is { } other)
        {
            Add(member.Name.Span, other);
        }
    }

    /// <summary>Text for people is not tested word by word.</summary>
    public override void VisitInterpolatedStringExpression(InterpolatedStringExpressionSyntax node)
    {
    }

    private bool IsText(ExpressionSyntax node) => _model.GetTypeInfo(node).Type?.SpecialType == SpecialType.System_String;

    private void ReplaceResult(ExpressionSyntax expression)
    {
        var type = _model.GetTypeInfo(expression).ConvertedType;
        if (type is null || type.SpecialType == SpecialType.System_Void || expression is ThrowExpressionSyntax)
        {
            return;
        }

        if (type.SpecialType == SpecialType.System_Boolean)
        {
            if (expression is not LiteralExpressionSyntax)
            {
                Negate(expression);
            }
        }
        else if (!_model.GetConstantValue(expression).HasValue && !expression.IsKind(SyntaxKind.DefaultLiteralExpression))
        {
            Add(expression.Span, "default!");
        }
    }

    /// <summary>Where an operator makes the condition, the operator is changed already, which is harder to notice.</summary>
    private void Negate(ExpressionSyntax condition)
    {
        if (condition is not (BinaryExpressionSyntax or PrefixUnaryExpressionSyntax))
        {
            Add(condition.Span, $"!({condition})");
        }
    }

    private void Replace(SyntaxToken token)
    {
        foreach (var other in Swaps.Operator(token.Kind()))
        {
            Add(token.Span, other);
        }
    }

    private void Add(TextSpan span, string replacement) => _found.Add(new Mutation(_tree, span, replacement));
}
