import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, open, pause, ready, requests, run, suggest, type, until } from './editing.ts';

const code = 'def add(a, b):\n    return █';

describe('turning suggestions off', () => {
  afterEach(async () => {
    await closeAll();
    const settings = vscode.workspace.getConfiguration('pillion');
    for (const name of ['enable', 'disabledLanguages', 'completion.debounceMs']) {
      await settings.update(name, undefined, vscode.ConfigurationTarget.Global);
    }
  });

  async function asksNothing(): Promise<void> {
    const api = await ready();
    const before = await requests(api);
    await run('editor.action.inlineSuggest.trigger');
    await pause(400);
    assert.equal(await requests(api), before);
  }

  it('works everywhere, and back', async () => {
    const api = await ready();
    await open(code);
    await run('pillion.toggle');
    await until('it is off', () => api.view().text === 'Pillion: off');
    await run('pillion.toggle');
    await ready();
    await suggest(api);
  });

  it('works for a language', async () => {
    const api = await ready();
    await open(code);
    await run('pillion.toggleLanguage');
    await until('it is off', () => api.view().text === 'Pillion: off here');
    await asksNothing();
    await open('function add(a, b) {\n  return █', 'javascript');
    await until('it is on for another language', () => api.view().mood !== 'off');
  });

  it('works for a file', async () => {
    const api = await ready();
    await open(code);
    await run('pillion.toggleFile');
    assert.equal(api.view().text, 'Pillion: off here');
    await asksNothing();
    await run('pillion.toggleFile');
    assert.notEqual(api.view().mood, 'off');
  });

  it('works for a while', async () => {
    const api = await ready();
    await open(code);
    await run('pillion.snooze', 5);
    assert.equal(api.view().text, 'Pillion: snoozing');
    await asksNothing();
    await run('pillion.snooze', 0);
    assert.notEqual(api.view().mood, 'off');
    // VS Code remembers that there was nothing at this place and asks again after an edit.
    await type('a');
    await suggest(api);
  });

  it('survives settings of the wrong type', async () => {
    const api = await ready();
    const settings = vscode.workspace.getConfiguration('pillion');
    const everybody = vscode.ConfigurationTarget.Global;
    await settings.update('disabledLanguages', 'python', everybody);
    await settings.update('completion.debounceMs', 'soon', everybody);
    await open(code);
    await suggest(api);
    assert.equal(api.server().kind, 'running');
  });
});
