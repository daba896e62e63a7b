/** Finding a Python that the server can be installed with. */

import { execFile } from 'node:child_process';

export const oldestPython: readonly [number, number] = [3, 11];

export interface Python {
  readonly command: string;
  readonly version: string;
}

export interface NoPython {
  /** A sentence for the user: what was found instead, and what to do. */
  readonly problem: string;
}

/** Runs a program and returns what it prints, or nothing if it cannot be run. */
export type Ask = (command: string, args: readonly string[]) => Promise<string | undefined>;

/** Names of Python programs, the best first; `chosen` is the user's own and the only one then. */
export function candidates(chosen: string, platform: NodeJS.Platform): string[] {
  if (chosen) {
    return [chosen];
  }
  const versions = ['3.13', '3.12', '3.11', '3.14'].map((version) => `python${version}`);
  return platform === 'win32' ? ['py', 'python', 'python3'] : ['python3', ...versions, 'python'];
}

/** Return the first Python that is new enough, or why there is none. */
export async function findPython(names: readonly string[], ask: Ask): Promise<Python | NoPython> {
  const tooOld: string[] = [];
  for (const command of names) {
    const version = (await ask(command, ['-I', '-c', printVersion]))?.trim();
    if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
      continue;
    }
    if (newEnough(version)) {
      return { command, version };
    }
    tooOld.push(`${command} is ${version}`);
  }
  const needed = oldestPython.join('.');
  const found = tooOld.length > 0 ? ` (${tooOld.join(', ')})` : '';
  return {
    problem:
      `Pillion needs Python ${needed} or newer, and there is none on the PATH${found}. ` +
      'Install it, or name it in the setting `pillion.server.python`.',
  };
}

/** Run a program in `folder`, which must not be the workspace: Windows looks there first. */
export function asker(folder: string): Ask {
  return (command, args) =>
    new Promise((resolve) => {
      execFile(command, args, { cwd: folder, timeout: 10_000 }, (error, stdout) => {
        resolve(error ? undefined : stdout);
      });
    });
}

const printVersion = 'import sys; print("%d.%d.%d" % sys.version_info[:3])';

function newEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestPython[0] || (major === oldestPython[0] && minor >= oldestPython[1]);
}
