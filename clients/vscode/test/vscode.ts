/** A real VS Code: its server with a fresh profile on a free port, and a browser for its window. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { codeServer, extension, node, pillion } from './machine.ts';

export interface Options {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Install this vsix; otherwise the extension runs from its folder. */
  readonly vsix?: string;
  /** Ask whether folders are trusted, as VS Code does. */
  readonly trust?: boolean;
}

const quiet = {
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'files.autoSave': 'off',
  'remote.autoForwardPorts': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'editor.minimap.enabled': false,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'workbench.colorTheme': 'Default Light Modern',
};

export class VsCode {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #port: number;
  readonly #options: Options;

  private constructor(child: ChildProcess, folder: string, port: number, options: Options) {
    this.#child = child;
    this.#folder = folder;
    this.#port = port;
    this.#options = options;
  }

  static async start(options: Options = {}): Promise<VsCode> {
    const folder = mkdtempSync(join(tmpdir(), 'pillion-vscode-'));
    const user = join(folder, 'user', 'User');
    mkdirSync(user, { recursive: true });
    mkdirSync(join(folder, 'extensions'));
    const server = options.vsix === undefined ? { 'pillion.server.path': pillion } : {};
    const settings = { ...quiet, ...server, ...options.settings };
    // Settings of the machine lie apart from the user's: the browser has the one, the server both.
    const machine = join(folder, 'user', 'Machine');
    mkdirSync(machine);
    // Settings of scope "machine" are read on the side of the server, all others in the window.
    writeFileSync(join(user, 'settings.json'), JSON.stringify(settings));
    writeFileSync(join(machine, 'settings.json'), JSON.stringify(settings));
    const places = ['--server-data-dir', folder, '--user-data-dir', join(folder, 'user')];
    places.push('--extensions-dir', join(folder, 'extensions'));
    const program = join(codeServer, 'lib/vscode/out/server-main.js');
    const env = { ...process.env, EXTENSIONS_GALLERY: '{}', ...options.env };
    if (options.vsix !== undefined) {
      const args = [program, ...places, '--install-extension', options.vsix];
      const done = spawnSync(node, args, { env, encoding: 'utf8' });
      if (!done.stdout.includes('was successfully installed')) {
        throw new Error(`The vsix could not be installed: ${done.stdout} ${done.stderr}`);
      }
    }
    const args = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
    args.push('--accept-server-license-terms', '--telemetry-level', 'off', ...places);
    args.push('--enable-smoke-test-driver');
    if (options.trust !== true) {
      args.push('--disable-workspace-trust');
    }
    const child = spawn(node, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new VsCode(child, folder, await listening(child), options);
  }

  /** Open a window on `workspace`; `tests` is a suite to run in its extension host. */
  async open(
    page: Page,
    workspace: string,
    given: { tests?: string; file?: string } = {},
  ): Promise<void> {
    const authority = `127.0.0.1:${this.#port}`;
    const remote = (path: string): string => `vscode-remote://${authority}${path}`;
    const payload = [['skipWelcome', 'true']];
    if (this.#options.vsix === undefined) {
      payload.push(['extensionDevelopmentPath', remote(extension)]);
    }
    if (given.tests !== undefined) {
      payload.push(['extensionTestsPath', remote(given.tests)]);
    }
    if (given.file !== undefined) {
      payload.push(['openFile', remote(join(workspace, given.file))]);
    }
    const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
    await page.goto(`http://${authority}/?${query.toString()}`);
  }

  /** Log files of VS Code's own server, for a look when something fails. */
  get folder(): string {
    return this.#folder;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await Promise.race([once(this.#child, 'exit'), sleep(5000)]);
      this.#child.kill('SIGKILL');
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Return the port on which the server has said that it listens. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const read = (data: Buffer): void => {
      said += data.toString();
      const port = /agent listening on (\d+)/.exec(said)?.[1];
      if (port !== undefined) {
        resolve(Number(port));
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      reject(new Error(`VS Code's server ended with ${String(code)}: ${said.slice(-2000)}`));
    });
    setTimeout(() => {
      reject(new Error(`VS Code's server does not start: ${said.slice(-2000)}`));
    }, 60_000).unref();
  });
}
