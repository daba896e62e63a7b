// Bundle the extension, its webview and, with `--tests`, the suites that run inside VS Code.
// The licences of the packages in the bundles are collected into dist/THIRD_PARTY.txt.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  target: 'es2023',
  logLevel: 'warning',
  minify: !process.argv.includes('--tests'),
  legalComments: 'none',
  metafile: true,
};
const node = { ...common, platform: 'node', format: 'cjs', external: ['vscode', 'mocha'] };

const bundles = [
  await build({ ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs' }),
  await build({
    ...common,
    platform: 'browser',
    format: 'iife',
    entryPoints: ['webview/chat.ts', 'webview/chat.css'],
    outdir: 'dist/webview',
  }),
];
writeFileSync('dist/THIRD_PARTY.txt', thirdParty(bundles.map((bundle) => bundle.metafile)));

if (process.argv.includes('--tests')) {
  await build({ ...node, entryPoints: ['test/host/index.ts'], outfile: 'dist/test/host.cjs' });
}

/** Return the licences of all packages that the bundles were made of. */
function thirdParty(metafiles) {
  const inputs = metafiles.flatMap((file) => Object.keys(file.inputs));
  const folders = inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const unique = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
  return unique.map(licenceOf).join('\n');
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const file = names.find((found) => /^licen[cs]e/i.test(found));
  const text = file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n\n${'-'.repeat(78)}\n`;
}
