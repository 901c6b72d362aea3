using Harmony4.Format;
using Harmony4.Tokenization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Harmony4.AspNetCore.Internal;

/// <summary>The options of Harmony4 in a configuration: sections Store, Export, Container and Limits.</summary>
internal sealed class Settings(IConfiguration configuration, IReadOnlyList<string> others)
{
    public void Apply(Harmony4Options options)
    {
        var faults = new List<string>();
        var store = Section("Store", faults);
        store.Text("Path", path => options.StorePath = path);
        End(store, "Store");

        var export = Section("Export", faults);
        export.Text("Segment", name => options.Export = options.Export with { Segment = name });
        export.OneOf("Version", version => options.Export = options.Export with { Version = version }, ("1.1", H4mkVersion.V11), ("1.0", H4mkVersion.V10));
        export.Integer("PageLog2", value => options.Export = options.Export with { PageLog2 = value });
        export.Long("MaxBlockCount", value => options.Export = options.Export with { MaxBlockCount = value });
        export.Long("BlockSize", value => Change(o => o with { BlockSize = value }));
        export.Read<FrameRate>("FrameRate", "a decimal or numerator/denominator, such as 30000/1001", static (text, out rate) => FrameRate.TryParse(text, null, out rate), value => Change(o => o with { FrameRate = value }));
        export.Integer("Gop", value => Change(o => o with { Gop = value }));
        export.OneOf("PtsRounding", value => Change(o => o with { PtsRounding = value }), ("exact", PtsRounding.Exact), ("1.0", PtsRounding.Version10));
        export.Integer("MaxBlockLength", value => Change(o => o with { MaxBlockLength = value }));
        End(export, "Export");

        var container = Section("Container", faults);
        container.Integer("MaxMetadataLength", value => options.Container = options.Container with { MaxMetadataLength = value });
        container.Integer("MaxJsonLength", value => options.Container = options.Container with { MaxJsonLength = value });
        container.Integer("MaxJsonDepth", value => options.Container = options.Container with { MaxJsonDepth = value });
        container.Integer("MaxRootLength", value => options.Container = options.Container with { MaxRootLength = value });
        container.Integer("MaxAuxCount", value => options.Container = options.Container with { MaxAuxCount = value });
        container.Integer("MaxSignCount", value => options.Container = options.Container with { MaxSignCount = value });
        container.Integer("MaxSignLength", value => options.Container = options.Container with { MaxSignLength = value });
        container.Integer("PageCacheLength", value => options.Container = options.Container with { PageCacheLength = value });
        container.Integer("CheckedBlockMemory", value => options.Container = options.Container with { CheckedBlockMemory = value });
        container.Integer("MaxSeekLength", value => options.Container = options.Container with { MaxSeekLength = value });
        container.Integer("MaxBlockLength", value => options.Container = options.Container with { MaxBlockLength = value });
        container.Integer("MaxChunkCount", value => options.Container = options.Container with { MaxChunkCount = value });
        container.Integer("MaxDegreeOfParallelism", value => options.Container = options.Container with { MaxDegreeOfParallelism = value });
        container.Integer("MaxFindings", value => options.Container = options.Container with { MaxFindings = value });
        container.Flag("SortSeek", value => options.Container = options.Container with { SortSeek = value });
        End(container, "Container");
        Throw<Harmony4Options>(faults);

        void Change(Func<SegmenterOptions, SegmenterOptions> change) => options.Export = options.Export with { SegmenterOptions = change(options.Export.SegmenterOptions) };
    }

    public void Apply(Harmony4HttpOptions options)
    {
        var faults = new List<string>();
        var limits = Section("Limits", faults);
        limits.Long(nameof(options.MaxUploadLength), value => options.MaxUploadLength = value);
        limits.Long(nameof(options.MaxUploadBlocks), value => options.MaxUploadBlocks = value);
        limits.Integer(nameof(options.MaxOpenContainers), value => options.MaxOpenContainers = value);
        limits.Long(nameof(options.MaxOpenMemory), value => options.MaxOpenMemory = value);
        limits.Integer(nameof(options.MaxListedContainers), value => options.MaxListedContainers = value);
        limits.Long(nameof(options.MaxRequestMemory), value => options.MaxRequestMemory = value);
        limits.Time(nameof(options.MemoryWait), value => options.MemoryWait = value);
        limits.Long(nameof(options.MaxSpilledLength), value => options.MaxSpilledLength = value);
        limits.Flag(nameof(options.TrimsMemory), value => options.TrimsMemory = value);
        limits.Flag(nameof(options.CheckBlocks), value => options.CheckBlocks = value);
        limits.Time(nameof(options.SpillDelay), value => options.SpillDelay = value);
        limits.Time(nameof(options.LiveTimeout), value => options.LiveTimeout = value);
        End(limits, "Limits");
        Throw<Harmony4HttpOptions>(faults);
    }

    private static void Throw<T>(List<string> faults)
    {
        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(T), faults);
        }
    }

    private SettingsReader Section(string name, List<string> faults)
    {
        var section = configuration.GetSection(name);
        return new SettingsReader(section, section.Path, faults);
    }

    private void End(SettingsReader reader, string section)
    {
        var prefix = section + ":";
        reader.End(others.Where(o => o.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Select(o => o[prefix.Length..]));
    }
}
