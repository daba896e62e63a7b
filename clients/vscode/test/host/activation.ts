import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { chatCapability } from '../../src/chat/protocol.ts';
import { pillion, ready } from './editing.ts';

describe('activation', () => {
  it('starts the server that the settings name', async () => {
    const api = await pillion();
    assert.equal(api.server().kind, 'running');
  });

  it('knows the version of the server', async () => {
    const api = await pillion();
    const state = api.server();
    assert.match(state.kind === 'running' ? state.version : '', /^\d+\.\d+\.\d+$/);
  });

  it('loads the default model and says so plainly', async () => {
    const api = await ready();
    assert.equal(api.status()?.model, 'qwen2.5-coder-0.5b');
    assert.equal(api.view().text, 'Pillion');
    assert.match(api.view().detail, /^Ready, with the model qwen/);
  });

  it('has every command that its package names', async () => {
    const extension = vscode.extensions.getExtension('pillion.pillion');
    const manifest = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  it('offers in the menu what can be done now', async () => {
    const api = await ready();
    const commands = api.menu().map(({ command }) => command);
    for (const name of ['toggle', 'snooze', 'chooseModel', 'showTrace', 'doctor', 'showLog']) {
      assert.ok(commands.includes(`pillion.${name}`), name);
    }
    assert.ok(!commands.includes('pillion.setUp'));
  });

  it('follows what the server offers: inline completion, and a chat', async () => {
    const api = await pillion();
    const capabilities = api.client()?.initializeResult?.capabilities;
    assert.ok(capabilities?.inlineCompletionProvider);
    assert.ok(chatCapability(capabilities.experimental));
  });
});
