// Bundle the extension, its webview and, with `--tests`, the suites that run inside VS Code.
import { build } from 'esbuild';

const common = {
  bundle: true,
  target: 'es2023',
  logLevel: 'warning',
  minify: !process.argv.includes('--tests'),
  legalComments: 'linked',
};
const node = { ...common, platform: 'node', format: 'cjs', external: ['vscode', 'mocha'] };

await build({ ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs' });
await build({
  ...common,
  platform: 'browser',
  format: 'iife',
  entryPoints: ['webview/chat.ts', 'webview/chat.css'],
  outdir: 'dist/webview',
});
if (process.argv.includes('--tests')) {
  await build({ ...node, entryPoints: ['test/host/index.ts'], outfile: 'dist/test/host.cjs' });
}
