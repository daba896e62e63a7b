/** Pages that are made when they are looked at: the trace, the statistics, the doctor's report. */

import * as vscode from 'vscode';

const scheme = 'pillion';

export class Pages implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #makers: Readonly<Record<string, () => string>>;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;

  readonly onDidChange = this.#changed.event;

  /** `makers` return the Markdown of a page by its name. */
  constructor(makers: Readonly<Record<string, () => string>>) {
    this.#makers = makers;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#makers[nameOf(uri)]?.() ?? '';
  }

  /** Show a page as it is now, rendered. */
  async show(name: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/Pillion ${name}.md` });
    this.#changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.replace(/^\/Pillion /, '').replace(/\.md$/, '');
}
