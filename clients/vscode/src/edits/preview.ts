/**
 * Changes are shown before they are made: a diff per file, then Apply or Discard.
 *
 * What is applied is one step of undo. A document that changed while its diff was on screen is left
 * alone. Whole files are never written over: only the lines that differ are replaced.
 */

import * as vscode from 'vscode';
import { changedPart } from './difference.ts';

const scheme = 'pillion-proposed';

export interface Proposal {
  readonly uri: vscode.Uri;
  readonly text: string;
  /** There is no such file yet. */
  readonly creates?: boolean;
}

export type Decision = 'applied' | 'discarded' | 'changed meanwhile' | 'no difference';

/** Shows proposals, one set at a time; `decide` ends the one on screen. */
export class Preview implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #disposables: vscode.Disposable[];
  readonly #texts = new Map<string, string>();
  #decide: ((apply: boolean) => void) | undefined;
  #number = 0;

  constructor() {
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.commands.registerCommand('pillion.applyPreview', () => {
        this.#decide?.(true);
      }),
      vscode.commands.registerCommand('pillion.discardPreview', () => {
        this.#decide?.(false);
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.some(isPreview)) {
          this.#decide?.(false);
        }
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    this.#decide?.(false);
    for (const disposable of this.#disposables) {
      disposable.dispose();
    }
  }

  /** Show what would change, ask, and do it or not. */
  async propose(proposals: readonly Proposal[], title: string): Promise<Decision> {
    this.#decide?.(false);
    const made = proposals.filter(({ creates }) => creates);
    const pending: { document: vscode.TextDocument; version: number; text: string }[] = [];
    for (const { uri, text } of proposals.filter(({ creates }) => !creates)) {
      const document = await vscode.workspace.openTextDocument(uri);
      const proposed = withLineEnds(text, document.eol);
      if (proposed !== document.getText()) {
        pending.push({ document, version: document.version, text: proposed });
      }
    }
    if (pending.length + made.length === 0) {
      return 'no difference';
    }
    // Asked for before the diffs open, so that a quick click is not lost.
    const decision = this.#ask();
    const shown: vscode.Uri[] = [];
    const alone = pending.length + made.length === 1;
    for (const { document, text } of pending) {
      shown.push(await this.#show(document.uri, document.uri, text, title, alone));
    }
    for (const { uri, text } of made) {
      const nothing = vscode.Uri.from({ scheme, path: '/nothing' });
      shown.push(await this.#show(nothing, uri, text, title, alone));
    }
    const apply = await decision;
    await close(shown);
    for (const uri of shown) {
      this.#texts.delete(uri.toString());
    }
    if (!apply) {
      return 'discarded';
    }
    if (pending.some(({ document, version }) => document.version !== version)) {
      return 'changed meanwhile';
    }
    const edit = new vscode.WorkspaceEdit();
    for (const { document, text } of pending) {
      const part = changedPart(document.getText(), text);
      const range = new vscode.Range(
        document.positionAt(part.start),
        document.positionAt(part.end),
      );
      edit.replace(document.uri, range, part.text);
    }
    for (const { uri, text } of made) {
      edit.createFile(uri, { contents: new TextEncoder().encode(text) });
    }
    return (await vscode.workspace.applyEdit(edit)) ? 'applied' : 'changed meanwhile';
  }

  /** Open the diff of one file; return where the proposed text is. */
  async #show(
    before: vscode.Uri,
    uri: vscode.Uri,
    text: string,
    title: string,
    alone: boolean,
  ): Promise<vscode.Uri> {
    this.#number += 1;
    const proposed = vscode.Uri.from({ scheme, path: `/${this.#number}${uri.path}` });
    this.#texts.set(proposed.toString(), text);
    const name = vscode.workspace.asRelativePath(uri);
    await vscode.commands.executeCommand(
      'vscode.diff',
      before,
      proposed,
      `${name}: ${title} (Pillion)`,
      { preview: alone },
    );
    return proposed;
  }

  /** Wait for one of the two buttons above the diff, or for the diff to be closed. */
  #ask(): Promise<boolean> {
    void vscode.commands.executeCommand('setContext', 'pillion.previewing', true);
    return new Promise((resolve) => {
      const decide = (apply: boolean): void => {
        if (this.#decide === decide) {
          this.#decide = undefined;
          void vscode.commands.executeCommand('setContext', 'pillion.previewing', false);
        }
        resolve(apply);
      };
      this.#decide = decide;
    });
  }
}

function isPreview(tab: vscode.Tab): boolean {
  return tab.input instanceof vscode.TabInputTextDiff && tab.input.modified.scheme === scheme;
}

async function close(shown: readonly vscode.Uri[]): Promise<void> {
  const uris = new Set(shown.map(String));
  const tabs = vscode.window.tabGroups.all
    .flatMap(({ tabs: open }) => open)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff && uris.has(input.modified.toString()),
    );
  await vscode.window.tabGroups.close(tabs);
}

function withLineEnds(text: string, eol: vscode.EndOfLine): string {
  const plain = text.replaceAll('\r\n', '\n');
  return eol === vscode.EndOfLine.CRLF ? plain.replaceAll('\n', '\r\n') : plain;
}
