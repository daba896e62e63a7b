/**
 * Between VS Code's question for ghost text and the server's answer.
 *
 * Says when not to ask, measures how long answers take, and follows what becomes of suggestions.
 * It never changes what the server suggests.
 */

import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { Seen } from '../status/trace.ts';
import { continues, follow, type Shown } from './follow.ts';

export type Event = 'shown' | 'accepted' | 'partlyAccepted' | 'dismissed';

/** The command that VS Code runs when a suggestion was taken as a whole. */
export const acceptedCommand = 'pillion.internal.accepted';

/** After this long a request counts as "thinking"; shorter ones would only make it flicker. */
const thinkingAfterMs = 150;

export class Completion implements vscode.Disposable {
  readonly #disposables: { dispose(): unknown }[] = [];
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #seen = new vscode.EventEmitter<Seen>();
  readonly #isOff: (document: vscode.TextDocument) => boolean;
  readonly #tell: (event: Event) => void;
  #open = 0;
  #shown: Shown | undefined;
  #rejection: NodeJS.Timeout | undefined;

  /** Fires when `thinking` changes. */
  readonly onDidChange = this.#changed.event;
  /** Fires after every request. */
  readonly onDidAnswer = this.#seen.event;
  thinking = false;

  constructor(isOff: (document: vscode.TextDocument) => boolean, tell: (event: Event) => void) {
    this.#isOff = isOff;
    this.#tell = tell;
    this.#disposables.push(
      this.#changed,
      this.#seen,
      vscode.commands.registerCommand(acceptedCommand, () => {
        this.#end('accepted');
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.#followChange(event);
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.#end('dismissed');
      }),
      vscode.window.onDidChangeTextEditorSelection((event) => {
        this.#followCursor(event);
      }),
    );
  }

  readonly middleware: NonNullable<Middleware['provideInlineCompletionItems']> = async (
    document,
    position,
    context,
    token,
    next,
  ) => {
    const editor = vscode.window.activeTextEditor;
    const cursors = editor?.document === document ? editor.selections.length : 1;
    // With several cursors ghost text shows at the first alone, and Tab would write it at all.
    if (cursors > 1 || this.#isOff(document)) {
      return undefined;
    }
    const version = document.version;
    const began = performance.now();
    this.#began();
    try {
      const result = await next(document, position, context, token);
      const items = Array.isArray(result) ? result : (result?.items ?? []);
      const stale = token.isCancellationRequested || document.version !== version;
      this.#seen.fire({
        language: document.languageId,
        milliseconds: performance.now() - began,
        result: stale ? 'the answer came too late' : describe(items.length),
      });
      if (stale) {
        return undefined;
      }
      this.#show(document, position, items);
      return result;
    } finally {
      this.#ended();
    }
  };

  /** The suggestion that is on screen, as far as VS Code lets an extension know. */
  get shown(): Shown | undefined {
    return this.#shown;
  }

  dispose(): void {
    for (const disposable of this.#disposables) {
      disposable.dispose();
    }
  }

  #show(
    document: vscode.TextDocument,
    position: vscode.Position,
    items: vscode.InlineCompletionItem[],
  ): void {
    const [item] = items;
    if (!item) {
      return;
    }
    for (const each of items) {
      each.command ??= { title: 'Accepted', command: acceptedCommand };
    }
    const cursor = document.offsetAt(position);
    const start = item.range ? document.offsetAt(item.range.start) : cursor;
    const text = typeof item.insertText === 'string' ? item.insertText : item.insertText.value;
    const shown = { uri: document.uri.toString(), start, cursor, text };
    if (!this.#shown || !continues(this.#shown, shown)) {
      this.#end('dismissed');
      this.#tell('shown');
    }
    this.#shown = shown;
  }

  #followChange(event: vscode.TextDocumentChangeEvent): void {
    const shown = this.#shown;
    if (shown?.uri !== event.document.uri.toString()) {
      return;
    }
    const fate = follow(
      shown,
      event.contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
        offset: rangeOffset,
        length: rangeLength,
        text,
      })),
    );
    switch (fate.kind) {
      case 'kept':
        this.#shown = fate.shown;
        break;
      case 'partlyAccepted':
        this.#shown = fate.shown;
        this.#tell('partlyAccepted');
        break;
      case 'finished':
        // If it was taken as a whole, the command comes next; typed to the end, it is just gone.
        this.#shown = undefined;
        break;
      case 'dismissed':
        // VS Code may take a suggestion in several edits around what is there; the command that
        // says so follows at once.
        this.#shown = undefined;
        this.#rejection = setTimeout(() => {
          this.#tell('dismissed');
        }, 100);
        break;
    }
  }

  #followCursor(event: vscode.TextEditorSelectionChangeEvent): void {
    const { document, selection } = event.textEditor;
    const shown = this.#shown;
    if (shown?.uri !== document.uri.toString()) {
      return;
    }
    const moved =
      event.kind !== undefined && event.kind !== vscode.TextEditorSelectionChangeKind.Command;
    if (moved && document.offsetAt(selection.active) !== shown.cursor) {
      this.#end('dismissed');
    }
  }

  #end(event: 'accepted' | 'dismissed'): void {
    if (event === 'accepted') {
      clearTimeout(this.#rejection);
    }
    if (this.#shown || event === 'accepted') {
      this.#shown = undefined;
      this.#tell(event);
    }
  }

  #began(): void {
    this.#open += 1;
    setTimeout(() => {
      this.#think(this.#open > 0);
    }, thinkingAfterMs);
  }

  #ended(): void {
    this.#open -= 1;
    this.#think(this.#open > 0 && this.thinking);
  }

  #think(thinking: boolean): void {
    if (thinking !== this.thinking) {
      this.thinking = thinking;
      this.#changed.fire();
    }
  }
}

function describe(count: number): string {
  return count === 0 ? 'nothing to show' : 'a suggestion was shown';
}
