// Changes one thing in a project at a time and tells which changes its tests do not notice. CONTRIBUTING.md has the usage; eng/mutate calls this.
// Nothing of the compiler may be touched here: the half that runs the tests has none.
using Harmony4.Mutate;

return args is [TestRun.Switch, .. var rest] ? await TestRun.RunAsync(rest) : MutationRun.Run(args);
