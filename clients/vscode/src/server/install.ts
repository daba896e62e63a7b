/**
 * Installing the server into a private virtual environment under the extension's storage.
 *
 * The wheel of the server ships inside the extension, so both always fit each other; what it
 * depends on comes from the user's own package index. python/install.py does the work.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Python } from './python.ts';

export interface Places {
  /** Where the extension is installed. */
  readonly extension: string;
  /** Where the extension keeps its files, for all workspaces of this user. */
  readonly storage: string;
}

export interface Report {
  readonly message: string;
  readonly share: number;
}

export class InstallError extends Error {
  override name = 'InstallError';
}

/** Return the program of the private server, if it is installed and fits this extension. */
export function installedServer(places: Places): string | undefined {
  const wheel = bundledWheel(places);
  const folder = wheel === undefined ? undefined : environmentOf(places, wheel);
  if (folder === undefined || !existsSync(join(folder, '.pillion-installed'))) {
    return undefined;
  }
  return programIn(folder);
}

/**
 * Install the server and return its program.
 *
 * `log` gets what pip says. Throws an `InstallError` whose message tells the user what to do.
 */
export async function installServer(
  places: Places,
  python: Python,
  report: (report: Report) => void,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const wheel = bundledWheel(places);
  if (wheel === undefined) {
    throw new InstallError(
      'This build of the extension brings no server along. Name one in `pillion.server.path`.',
    );
  }
  mkdirSync(places.storage, { recursive: true });
  const folder = environmentOf(places, wheel);
  const script = join(places.extension, 'python', 'install.py');
  const args = ['-I', script, '--venv', folder, '--wheel', wheel];
  await run(python.command, args, places.storage, report, log, signal);
  removeOthers(places, folder);
  return programIn(folder);
}

function bundledWheel(places: Places): string | undefined {
  const folder = join(places.extension, 'server');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const name = names.find((found) => /^pillion-.*\.whl$/.test(found));
  return name === undefined ? undefined : join(folder, name);
}

/** One environment per content of the wheel: an update never changes one that is in use. */
function environmentOf(places: Places, wheel: string): string {
  const digest = createHash('sha256').update(readFileSync(wheel)).digest('hex').slice(0, 12);
  return join(places.storage, `server-${digest}`);
}

function programIn(folder: string): string {
  return process.platform === 'win32'
    ? join(folder, 'Scripts', 'pillion.exe')
    : join(folder, 'bin', 'pillion');
}

function removeOthers(places: Places, kept: string): void {
  for (const name of readdirSync(places.storage)) {
    const folder = join(places.storage, name);
    if (/^server-[0-9a-f]{12}$/.test(name) && folder !== kept) {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        // Another window may still run it (Windows locks files); the next update removes it.
      }
    }
  }
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  report: (report: Report) => void,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const groups = process.platform !== 'win32';
    const child = spawn(command, args, {
      cwd,
      detached: groups,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let problem: string | undefined;
    const stop = (): void => {
      // The whole group: pip and the compiler are children of the script.
      if (groups && child.pid !== undefined) {
        process.kill(-child.pid, 'SIGTERM');
      } else {
        child.kill();
      }
    };
    signal.addEventListener('abort', stop, { once: true });
    createInterface(child.stderr).on('line', log);
    createInterface(child.stdout).on('line', (line) => {
      const said = read(line);
      if (said === undefined) {
        log(line);
      } else if ('error' in said) {
        problem = said.error;
      } else {
        report(said);
      }
    });
    child.once('error', (error) => {
      reject(new InstallError(`${command} cannot be run: ${error.message}`));
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) {
        reject(new InstallError('Setting Pillion up was stopped. Nothing is left half done.'));
      } else if (code === 0) {
        resolve();
      } else {
        reject(new InstallError(problem ?? 'Installing the server failed; the log says why.'));
      }
    });
  });
}

/** Read a line of python/install.py. */
export function read(line: string): Report | { readonly error: string } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) {
      return undefined;
    }
    if ('error' in value && typeof value.error === 'string') {
      return { error: value.error };
    }
    if ('message' in value && 'share' in value) {
      const { message, share } = value;
      return typeof message === 'string' && typeof share === 'number'
        ? { message, share }
        : undefined;
    }
  } catch {
    // Not ours.
  }
  return undefined;
}
