/** Where suggestions are off, as this window knows it now; and turning them on and off. */

import * as vscode from 'vscode';
import { toggled, whyOff, type Off, type Switches } from './off.ts';

const filesKey = 'pillion.filesOff';

export class SwitchBoard implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listener: vscode.Disposable;
  #snoozedUntil = 0;
  #alarm: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
    this.#listener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('pillion')) {
        this.#changed.fire();
      }
    });
  }

  dispose(): void {
    clearTimeout(this.#alarm);
    this.#listener.dispose();
    this.#changed.dispose();
  }

  get now(): Switches {
    const settings = vscode.workspace.getConfiguration('pillion');
    const languages: unknown = settings.get('disabledLanguages');
    return {
      // A value of the wrong type counts as the default, as it does for the server.
      enable: settings.get<unknown>('enable') !== false,
      disabledLanguages: strings(languages),
      files: new Set(this.#files()),
      snoozedUntil: this.#snoozedUntil,
    };
  }

  whyOff(document: vscode.TextDocument | undefined): Off | undefined {
    const here = document && { uri: document.uri.toString(), languageId: document.languageId };
    return whyOff(this.now, here, Date.now());
  }

  async toggle(): Promise<void> {
    await change('enable', !this.now.enable);
  }

  async toggleLanguage(language: string): Promise<void> {
    await change('disabledLanguages', toggled(this.now.disabledLanguages, language));
  }

  async toggleFile(uri: vscode.Uri): Promise<void> {
    await this.#memory.update(filesKey, toggled(this.#files(), uri.toString()));
    this.#changed.fire();
  }

  /** Be quiet for some minutes; 0 ends it. */
  snooze(minutes: number): void {
    this.#snoozedUntil = Date.now() + minutes * 60_000;
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(
      () => {
        this.#changed.fire();
      },
      minutes * 60_000 + 50,
    );
    this.#changed.fire();
  }

  #files(): readonly string[] {
    return strings(this.#memory.get(filesKey));
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Change a setting where it is in force: in the workspace if it is set there, else for the user. */
async function change(name: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('pillion');
  const here = settings.inspect(name)?.workspaceValue !== undefined;
  const target = here ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await settings.update(name, value, target);
}
