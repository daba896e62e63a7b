/** Where the tests find what clients/testing/install.sh has installed, and the server under test. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const extension = dirname(dirname(fileURLToPath(import.meta.url)));
export const repository = dirname(dirname(extension));
export const pillion = join(repository, '.venv', 'bin', 'pillion');
export const python = join(repository, '.venv', 'bin', 'python');

const tools = process.env['PILLION_EDITORS'];
if (tools === undefined) {
  throw new Error('Run `make test-editors`: it installs the editors and says where.');
}

export const node = join(tools, 'programs', 'node', 'bin', 'node');
export const codeServer = join(tools, 'vscode', 'node_modules', 'code-server');

/**
 * Engines of their own for these tests: never the user's, and stopped in the end.
 *
 * Set for all programs that are started from here on.
 */
export function ownEngines(): Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'pillion-run-'));
  process.env['PILLION_RUNTIME_DIR'] = folder;
  return {
    [Symbol.dispose](): void {
      spawnSync(pillion, ['engine', 'stop'], { timeout: 20_000 });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
