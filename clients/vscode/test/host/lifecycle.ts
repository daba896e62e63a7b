import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension.ts';
import { closeAll, open, pause, pillion, ready, suggest, until } from './editing.ts';

const code = 'def add(a, b):\n    return █';

describe('the life of the server', () => {
  afterEach(closeAll);

  it('comes back when it is killed, and again when it is killed twice', async () => {
    const api = await ready();
    for (let time = 0; time < 2; time += 1) {
      const pid = processOf(api);
      process.kill(pid, 'SIGKILL');
      await until('another process serves', () => isRunning(api) && processOf(api) !== pid);
    }
    await ready();
    await open(code);
    await suggest(api);
  });

  it('restarts once more at most, however often it is asked to', async () => {
    const api = await ready();
    let starts = 0;
    const listener = api.session.onDidChange(({ kind }) => {
      starts += kind === 'starting' ? 1 : 0;
    });
    await Promise.all(Array.from({ length: 10 }, () => api.session.restart()));
    listener.dispose();
    // The client itself says "starting" as well as the session, for each of the two.
    assert.ok(starts >= 2 && starts <= 4, String(starts));
    assert.equal(api.server().kind, 'running');
  });

  it('says that there is no program at the path of the settings, and recovers', async () => {
    const api = await pillion();
    await withSetting('server.path', '/nowhere/pillion', async () => {
      await until('it fails', () => api.server().kind === 'failed');
      assert.match(api.view().detail, /no server at \/nowhere\/pillion/);
      assert.equal(api.view().mood, 'error');
    });
    await ready();
  });

  it('says that a program is not a server', async () => {
    const api = await pillion();
    await withSetting('server.path', '/bin/true', async () => {
      await until('it fails', () => api.server().kind === 'failed');
      assert.match(api.view().detail, /cannot be started|ended/);
    });
    await ready();
  });

  it('refuses a server that is too old', async () => {
    const api = await pillion();
    const folder = mkdtempSync(join(tmpdir(), 'pillion-old-'));
    const program = join(folder, 'pillion');
    writeFileSync(program, oldServer(), { mode: 0o755 });
    await withSetting('server.path', program, async () => {
      await until('it fails', () => api.server().kind === 'failed');
      assert.match(api.view().detail, /needs Pillion 0\.1\.0 or newer, and found 0\.0\.9/);
    });
    await ready();
  });

  it('says what is wrong with a model that cannot be loaded, and recovers', async () => {
    const api = await ready();
    const folder = mkdtempSync(join(tmpdir(), 'pillion-model-'));
    const broken = join(folder, 'broken.gguf');
    writeFileSync(broken, 'GGUF, but no model');
    await withSetting('model', broken, async () => {
      await until('the error is shown', () => api.view().mood === 'error');
      assert.match(api.view().text, /model error/);
      assert.ok(api.view().detail.length > 10);
      const commands = api.menu().map(({ command }) => command);
      assert.ok(commands.includes('pillion.getModel'));
    });
    await ready();
    await open(code);
    await suggest(api);
  });

  it('runs the server outside of the workspace', async () => {
    const api = await ready();
    const { readlinkSync } = await import('node:fs');
    const cwd = readlinkSync(`/proc/${processOf(api)}/cwd`);
    const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
    assert.ok(!folders.includes(cwd), cwd);
  });
});

async function withSetting(name: string, value: string, use: () => Promise<void>): Promise<void> {
  const settings = vscode.workspace.getConfiguration('pillion');
  const before = settings.inspect(name)?.globalValue;
  await settings.update(name, value, vscode.ConfigurationTarget.Global);
  try {
    await use();
  } finally {
    await settings.update(name, before, vscode.ConfigurationTarget.Global);
    // The server is another one from here on; its first sign of life follows at once.
    await pause(500);
  }
}

function isRunning(api: Api): boolean {
  return api.server().kind === 'running' && api.client() !== undefined;
}

function processOf(api: Api): number {
  const client = api.client() as { serverProcess?: { pid?: number } } | undefined;
  const pid = client?.serverProcess?.pid;
  assert.ok(pid, 'the server is a process');
  return pid;
}

/** A server that says that it is Pillion 0.0.9. */
function oldServer(): string {
  return `#!${process.env['PILLION_TEST_PYTHON'] ?? 'python3'}
import sys
from pygls.lsp.server import LanguageServer
LanguageServer("pillion", "0.0.9").start_io()
`;
}
