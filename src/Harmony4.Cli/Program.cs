using Harmony4.Cli;

return await CliApplication.RunAsync(args, CliConsole.System()).ConfigureAwait(false);
