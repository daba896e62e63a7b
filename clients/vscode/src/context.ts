/**
 * What the server cannot see by the protocol: problems of all language servers, what is on screen.
 *
 * Sent a moment after something has changed, and whole to a server that has just started. The
 * clipboard is not looked at. The server hides secrets in all of it (docs/privacy.md).
 */

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Session } from './server/session.ts';

const method = 'pillion/editorContext';
const quiet = 50;

/** As many as the server reads. */
const mostProblems = 200;

export class EditorContext implements vscode.Disposable {
  readonly #session: Session;
  readonly #listeners: vscode.Disposable[];
  #changed = new Set<string>();
  #looked = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#listeners = [
      session.onDidChange(({ kind }) => {
        if (kind === 'running') {
          this.#tellAll();
        }
      }),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        this.#later(uris);
      }),
      vscode.window.onDidChangeTextEditorVisibleRanges(() => {
        this.#later();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => {
        this.#later();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.#later();
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listeners.forEach((listener) => {
      listener.dispose();
    });
  }

  #tellAll(): void {
    this.#later(vscode.languages.getDiagnostics().map(([uri]) => uri));
  }

  /** Send what has changed once nothing changes any more. */
  #later(uris?: readonly vscode.Uri[]): void {
    uris?.forEach((uri) => this.#changed.add(uri.toString()));
    this.#looked ||= uris === undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#send();
    }, quiet);
  }

  #send(): void {
    const { client, state } = this.#session;
    if (!client || state.kind !== 'running') {
      // All of it is told when the server runs.
      return;
    }
    const uris = [...this.#changed].map((uri) => vscode.Uri.parse(uri));
    const params = {
      ...(uris.length > 0 ? { diagnostics: uris.map((uri) => problemsOf(client, uri)) } : {}),
      ...(this.#looked ? { visible: visible(client) } : {}),
    };
    this.#changed = new Set();
    this.#looked = false;
    void client.sendNotification(method, params).catch(() => undefined);
  }
}

function problemsOf(client: LanguageClient, uri: vscode.Uri): object {
  const convert = client.code2ProtocolConverter;
  return {
    textDocument: { uri: convert.asUri(uri) },
    items: vscode.languages
      .getDiagnostics(uri)
      .slice(0, mostProblems)
      .map(({ range, severity, message, source }) => ({
        range: convert.asRange(range),
        // VS Code counts from 0, the protocol from 1.
        severity: severity + 1,
        message,
        ...(source === undefined ? {} : { source }),
      })),
  };
}

/** What is on screen, the active editor first. */
function visible(client: LanguageClient): object[] {
  const convert = client.code2ProtocolConverter;
  const { activeTextEditor: active, visibleTextEditors: editors } = vscode.window;
  const first = active ? [active] : [];
  return [...first, ...editors.filter((editor) => editor !== active)].map((editor) => ({
    textDocument: { uri: convert.asUri(editor.document.uri) },
    ranges: editor.visibleRanges.map((range) => convert.asRange(range)),
  }));
}
