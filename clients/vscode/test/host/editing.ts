/** What the suites share: the extension's own view of itself, and hands on an editor. */

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension.ts';

export async function pillion(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('pillion.pillion');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

/** Wait until `check` holds; tests wait for what they need and for nothing else. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  seconds = 120,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await check())) {
    if (Date.now() > end) {
      const api = await pillion();
      const state = { server: api.server(), view: api.view(), last: api.status()?.last };
      assert.fail(`waited ${seconds} s until ${what}; ${JSON.stringify(state)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Wait until the real model is loaded. */
export async function ready(): Promise<Api> {
  const api = await pillion();
  await until('the model is ready', () => api.status()?.state === 'ready');
  return api;
}

/** Open an unsaved document; `█` in its text is the cursor, and each more another cursor. */
export async function open(text: string, language = 'python'): Promise<vscode.TextEditor> {
  const parts = text.split('█');
  const document = await vscode.workspace.openTextDocument({ language, content: parts.join('') });
  const editor = await vscode.window.showTextDocument(document);
  let offset = 0;
  editor.selections = parts.slice(0, -1).map((part) => {
    offset += part.length;
    const position = document.positionAt(offset);
    return new vscode.Selection(position, position);
  });
  return editor;
}

/** Ask for ghost text at the cursor, and wait until VS Code has got some. */
export async function suggest(api: Api): Promise<void> {
  let asked = 0;
  await until('a suggestion is shown', async () => {
    // Asked again only after a while: a newer request ends the older one.
    if (Date.now() - asked > 8000) {
      asked = Date.now();
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    }
    const here = vscode.window.activeTextEditor?.document.uri.toString();
    return api.shown()?.uri === here;
  });
  // From the answer of the provider to the screen.
  await pause(150);
}

export async function run(command: string, ...args: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}

export async function type(text: string): Promise<void> {
  for (const character of text) {
    await run('type', { text: character });
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export function count(api: Api, event: Api['events'][number]): number {
  return api.events.filter((each) => each === event).length;
}

/** How many requests the server has answered in this session. */
export async function requests(api: Api): Promise<number> {
  const status = await api
    .client()
    ?.sendRequest<{ counts: Record<string, number> }>('pillion/status');
  return status?.counts['requests'] ?? 0;
}

export async function closeAll(): Promise<void> {
  await run('workbench.action.revertAndCloseActiveEditor');
  await run('workbench.action.closeAllEditors');
}
