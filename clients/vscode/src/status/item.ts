/** The item in the status bar, and the menu behind it. */

import * as vscode from 'vscode';
import type { SwitchBoard } from '../switches.ts';
import { menu, type Entry } from './menu.ts';
import { view, type Situation, type View } from './view.ts';

export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #situation: () => Situation;
  readonly #switches: SwitchBoard;

  constructor(situation: () => Situation, switches: SwitchBoard) {
    this.#situation = situation;
    this.#switches = switches;
    this.#item = vscode.window.createStatusBarItem(
      'pillion.status',
      vscode.StatusBarAlignment.Right,
      100,
    );
    this.#item.name = 'Pillion';
    this.#item.command = 'pillion.showMenu';
    this.#item.show();
    this.draw();
  }

  get shown(): View {
    return view(this.#situation());
  }

  get entries(): readonly Entry[] {
    const document = vscode.window.activeTextEditor?.document;
    const { enable, disabledLanguages, files } = this.#switches.now;
    return menu(this.#situation(), this.shown, {
      language: document?.languageId,
      languageOff: document !== undefined && disabledLanguages.includes(document.languageId),
      fileOff: document !== undefined && files.has(document.uri.toString()),
      enabled: enable,
    });
  }

  draw(): void {
    const { text, icon, detail, mood } = this.shown;
    this.#item.text = `$(${icon}) ${text}`;
    this.#item.tooltip = detail;
    this.#item.accessibilityInformation = { label: `${text}. ${detail}` };
    this.#item.backgroundColor =
      mood === 'error' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
  }

  async showMenu(): Promise<void> {
    const { text, detail } = this.shown;
    const chosen = await vscode.window.showQuickPick([...this.entries], {
      title: text,
      placeHolder: detail,
    });
    if (chosen) {
      await vscode.commands.executeCommand(chosen.command, ...(chosen.args ?? []));
    }
  }

  dispose(): void {
    this.#item.dispose();
  }
}
