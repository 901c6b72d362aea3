using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using Harmony4.Format.Tests.Properties;

namespace Harmony4.Format.Tests;

/// <summary>Null, given to any public member that does not take it, is refused by the name of the parameter.</summary>
public sealed class NullArgumentTests
{
    // Byref-like types cannot be called by reflection; records and exceptions hold what they are given.
    private static readonly Type[] Types =
    [
        .. typeof(H4mkContainer).Assembly.GetExportedTypes().Where(t => t.IsClass && !t.IsSubclassOf(typeof(Exception)) && t.GetMethod("<Clone>$") is null),
    ];

    public static TheoryData<string> Cases => [.. Parameters().Select(p => Name(p)).Distinct()];

    [Theory, MemberData(nameof(Cases))]
    public async Task Call_WithNull_NamesTheParameter(string name)
    {
        foreach (var parameter in Parameters().Where(p => Name(p) == name))
        {
            var exception = await Assert.ThrowsAsync<ArgumentNullException>(parameter.Name, () => CallAsync(parameter));
            Assert.Null(exception.InnerException);
        }
    }

    [Fact]
    public void Create_WritersWithoutOutput_NameTheParameter()
    {
        Assert.Throws<ArgumentNullException>("output", () => new H4mkChunkWriter(null!).BytesWritten);
        Assert.Throws<ArgumentNullException>("output", () => new H4mkJsonWriter(null!).WriteNullValue());
    }

    private static IEnumerable<ParameterInfo> Parameters()
    {
        var nullability = new NullabilityInfoContext();
        return Types
            .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .OfType<MethodBase>()
            .Where(m => !m.IsAbstract && m.GetParameters().All(p => !p.ParameterType.IsByRefLike && !p.ParameterType.IsByRef))
            .SelectMany(m => m.GetParameters())
            .Where(p => !p.ParameterType.IsValueType && nullability.Create(p).WriteState == NullabilityState.NotNull);
    }

    private static string Name(ParameterInfo parameter) => $"{parameter.Member.DeclaringType!.Name}.{parameter.Member.Name} {parameter.Name}";

    private static async Task CallAsync(ParameterInfo parameter)
    {
        var method = (MethodBase)parameter.Member;
        object?[] arguments = [.. method.GetParameters().Select(p => p.Position == parameter.Position ? null : Sample(p.ParameterType))];
        object? result;
        try
        {
            result = method is ConstructorInfo constructor ? constructor.Invoke(arguments) : method.Invoke(method.IsStatic ? null : await InstanceAsync(method.DeclaringType!), arguments);
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }

        await (result switch
        {
            Task task => task,
            { } other when other.GetType().GetMethod("AsTask") is { } asTask => (Task)asTask.Invoke(other, null)!,
            _ => Task.CompletedTask,
        });
    }

    private static async Task<object> InstanceAsync(Type type) =>
        type == typeof(H4mkContainer) ? await H4mkContainer.OpenAsync(await Recorded.Make(1, 1, 3, 2, 9).WriteAsync())
        : type == typeof(H4mkContainerWriter) ? H4mkContainerWriter.Create(Stream.Null)
        : throw new NotSupportedException($"expected an instance of {type} to call");

    private static object? Sample(Type type) =>
        type.IsValueType ? Activator.CreateInstance(type)
        : type == typeof(string) ? "name"
        : type == typeof(Stream) ? new MemoryStream()
        : type == typeof(PipeWriter) ? new Pipe().Writer
        : type == typeof(IBufferWriter<byte>) ? new ArrayBufferWriter<byte>()
        : type == typeof(H4mkSource) ? H4mkSource.FromMemory(default)
        : type == typeof(H4mkContainer) ? InstanceAsync(type).GetAwaiter().GetResult()
        : type == typeof(IReadOnlyList<SignContent>) ? Array.Empty<SignContent>()
        : null;
}
