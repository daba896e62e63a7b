/**
 * Run the mocha suites of test/host inside the extension host of a real VS Code.
 *
 * Ends with the exit code of the suites.
 */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extension, ownEngines, python } from './machine.ts';
import { VsCode, launch } from './vscode.ts';

const limit = 10 * 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  using _engines = ownEngines();
  const workspace = mkdtempSync(join(tmpdir(), 'pillion-workspace-'));
  cpSync(join(extension, 'test', 'workspace'), workspace, { recursive: true });
  const grep = process.argv[2];
  const env = { PILLION_TEST_PYTHON: python, ...(grep === undefined ? {} : { MOCHA_GREP: grep }) };
  const vscode = await VsCode.start({ env });
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const done = new Promise<number>((resolve, reject) => {
      void page.exposeFunction('codeAutomationExit', resolve);
      void page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
        const [line] = args;
        if (typeof line === 'string' && line.startsWith('test: ')) {
          console.log(line.slice('test: '.length));
        }
      });
      setTimeout(() => {
        reject(new Error('The suites do not end.'));
      }, limit).unref();
    });
    await vscode.open(page, workspace, { tests: join(extension, 'dist', 'test', 'host.cjs') });
    return await done;
  } finally {
    await browser.close();
    await vscode.stop();
    rmSync(workspace, { recursive: true, force: true });
  }
}
