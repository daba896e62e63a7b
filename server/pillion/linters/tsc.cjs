// What TypeScript says of one file of a project whose text comes from standard input.
//   node tsc.cjs TSCONFIG FILE TSC
// TSC is the project's own compiler: its library is taken from beside it.
const fs = require('node:fs');
const path = require('node:path');

const [, , config, file, program] = process.argv;
const ts = require(require.resolve('typescript', { paths: [path.dirname(program), path.dirname(config)] }));
const text = fs.readFileSync(0, 'utf8');
const { config: raw } = ts.readConfigFile(config, ts.sys.readFile);
const { options, fileNames } = ts.parseJsonConfigFileContent(raw, ts.sys, path.dirname(config));
const host = ts.createCompilerHost(options);
const { readFile, fileExists } = host;
const isIt = (name) => path.resolve(name) === path.resolve(file);
host.readFile = (name) => (isIt(name) ? text : readFile(name));
host.fileExists = (name) => isIt(name) || fileExists(name);
const rootNames = [...new Set([...fileNames, file])];
const checked = ts.createProgram({ rootNames, options: { ...options, noEmit: true }, host });
const source = checked.getSourceFile(file);
const found = source
  ? [...checked.getSyntacticDiagnostics(source), ...checked.getSemanticDiagnostics(source)]
  : [];
const rows = found.map(({ code, messageText, start, length }) => ({
  code,
  message: ts.flattenDiagnosticMessageText(messageText, ' '),
  start: start ?? 0,
  length: length ?? 0,
}));
process.stdout.write(JSON.stringify(rows));
