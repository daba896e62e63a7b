/**
 * The chat view in the side bar: keeps the conversation on screen and does what its buttons say.
 *
 * The page in it is drawn by webview/chat.ts under a content security policy that allows only this
 * extension's own script and style: nothing is loaded from outside.
 */

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Session } from '../server/session.ts';
import type { Preview } from '../edits/preview.ts';
import { selectionChip, suggestions } from './chips.ts';
import { applyCode, createFile, insertCode } from './codeblocks.ts';
import { answer, availability } from './conversation.ts';
import { keepExamples } from './keep.ts';
import type { History } from './history.ts';
import type { FromView, ToView } from './messages.ts';
import type { Attached, Thread } from './thread.ts';
import { slash, titleOf, withTurn, withoutAnswer } from './thread.ts';

export const viewId = 'pillion.chat';

export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #session: Session;
  readonly #history: History;
  readonly #preview: Preview;
  readonly #listener: vscode.Disposable;
  #view: vscode.WebviewView | undefined;
  #thread: Thread = newThread();
  #running: vscode.CancellationTokenSource | undefined;
  #waiting: ToView[] = [];

  constructor(extension: vscode.Uri, session: Session, history: History, preview: Preview) {
    this.#extension = extension;
    this.#session = session;
    this.#history = history;
    this.#preview = preview;
    this.#listener = session.onDidChange(() => {
      this.#draw();
    });
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    const root = vscode.Uri.joinPath(this.#extension, 'dist', 'webview');
    view.webview.options = { enableScripts: true, localResourceRoots: [root] };
    view.webview.onDidReceiveMessage((message: FromView) => {
      void this.#handle(message);
    });
    view.onDidDispose(() => {
      this.#view = undefined;
    });
    view.webview.html = page(view.webview, root);
  }

  dispose(): void {
    this.#listener.dispose();
    this.#running?.cancel();
  }

  /** Show the view with the cursor in the message field; attach what is selected. */
  async ask(): Promise<void> {
    const { client } = this.#session;
    const selected = client ? selectionChip(client) : undefined;
    await vscode.commands.executeCommand(`${viewId}.focus`);
    if (selected) {
      this.#post({ type: 'attach', attached: selected });
    }
    this.#post({ type: 'focus' });
  }

  startNew(): void {
    this.#running?.cancel();
    this.#thread = newThread();
    this.#draw();
    this.#post({ type: 'focus' });
  }

  async #handle(message: FromView): Promise<void> {
    switch (message.type) {
      case 'ready': {
        this.#draw();
        const waiting = this.#waiting;
        this.#waiting = [];
        waiting.forEach((each) => {
          this.#post(each);
        });
        break;
      }
      case 'send':
        await this.#send(message.text, message.attached);
        break;
      case 'stop':
        this.#running?.cancel();
        break;
      case 'retry':
        if (!this.#running) {
          this.#thread = withoutAnswer(this.#thread);
          await this.#answer();
        }
        break;
      case 'new':
        this.startNew();
        break;
      case 'copy':
        await vscode.env.clipboard.writeText(message.code);
        break;
      case 'insert':
        await insertCode(message.code);
        break;
      case 'apply':
        await applyCode(message.code, message.info, this.#preview);
        break;
      case 'create':
        await createFile(message.code, message.info);
        break;
      case 'keep':
        if (this.#session.client) {
          await keepExamples(this.#session.client, message.accepted);
        }
        break;
      case 'suggest':
        await this.#suggest(message.query);
        break;
      case 'history':
        this.#list(message.query);
        break;
      case 'open':
        this.#open(message.id);
        break;
      case 'remove':
        await this.#history.remove(message.id);
        if (message.id === this.#thread.id) {
          this.startNew();
        }
        this.#list('');
        break;
      case 'clear':
        await this.#clear();
        break;
    }
  }

  async #send(written: string, attached: readonly Attached[]): Promise<void> {
    const { capability } = availability(this.#session.state, this.#session.client);
    if (!capability || this.#running || written.trim() === '') {
      this.#draw();
      return;
    }
    const names = capability.commands.map(({ name }) => name);
    const { command, text } = slash(written.trim(), names);
    this.#thread = withTurn(
      this.#thread,
      {
        role: 'user',
        text,
        ...(command === undefined ? {} : { command }),
        ...(attached.length > 0 ? { chips: attached } : {}),
      },
      Date.now(),
    );
    await this.#answer();
  }

  async #answer(): Promise<void> {
    const { client } = this.#session;
    if (!client) {
      this.#draw();
      return;
    }
    const running = new vscode.CancellationTokenSource();
    this.#running = running;
    const asked = this.#thread;
    this.#draw();
    await this.#history.keep(asked);
    const turn = await answer(client, asked, running.token, (part) => {
      if (this.#running === running) {
        this.#post({ type: part.kind === 'text' ? 'part' : 'stage', text: part.text });
      }
    });
    running.dispose();
    const answered = withTurn(asked, turn, Date.now());
    await this.#history.keep(answered);
    if (this.#running === running) {
      this.#running = undefined;
    }
    // Another conversation may have been opened meanwhile; the answer is in its own.
    if (this.#thread.id === asked.id) {
      this.#thread = answered;
    }
    this.#draw();
  }

  async #suggest(query: string): Promise<void> {
    const { client, state } = this.#session;
    const kinds = availability(state, client).capability?.chips ?? [];
    const found = client ? await suggestions(client, query, kinds) : [];
    this.#post({ type: 'suggestions', query, found });
  }

  #list(query: string): void {
    const entries = this.#history
      .search(query)
      .map((thread) => ({ id: thread.id, title: titleOf(thread), when: thread.when }));
    this.#post({ type: 'history', entries });
  }

  #open(id: string): void {
    const thread = this.#history.get(id);
    if (thread && thread.id !== this.#thread.id) {
      this.#running?.cancel();
      this.#running = undefined;
      this.#thread = thread;
    }
    this.#draw();
    this.#post({ type: 'focus' });
  }

  async #clear(): Promise<void> {
    const remove = 'Delete All';
    const answered = await vscode.window.showWarningMessage(
      'Delete all chats of this workspace? This cannot be undone.',
      { modal: true },
      remove,
    );
    if (answered === remove) {
      await this.#history.clear();
      this.startNew();
      this.#list('');
    }
  }

  #draw(): void {
    const { capability, unavailable } = availability(this.#session.state, this.#session.client);
    this.#post({
      type: 'state',
      state: {
        thread: this.#thread,
        ...(unavailable === undefined ? {} : { unavailable }),
        commands: capability?.commands ?? [],
        kinds: capability?.chips ?? [],
        busy: this.#running !== undefined,
      },
    });
  }

  #post(message: ToView): void {
    if (this.#view) {
      void this.#view.webview.postMessage(message);
    } else if (message.type === 'attach' || message.type === 'focus') {
      // The view is just being opened; it gets these once it is there.
      this.#waiting.push(message);
    }
  }
}

function newThread(): Thread {
  return { id: crypto.randomUUID(), when: Date.now(), turns: [] };
}

function page(webview: vscode.Webview, root: vscode.Uri): string {
  const uri = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const nonce = randomBytes(16).toString('base64url');
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Pillion Chat</title>
<link rel="stylesheet" href="${uri('chat.css')}">
</head>
<body>
<div id="app"></div>
<script nonce="${nonce}" src="${uri('chat.js')}"></script>
</body>
</html>`;
}
