/** The commands of the palette and the menus. Each is a few lines; the work is done elsewhere. */

import * as vscode from 'vscode';
import type { ChatView } from './chat/view.ts';
import { doctorPage, examine, models, type Finding } from './doctor.ts';
import { editAsTold } from './edits/instruct.ts';
import type { Pages } from './pages.ts';
import { agreed, install, locate } from './server/setup.ts';
import type { Places } from './server/install.ts';
import type { Session } from './server/session.ts';
import type { StatusFollower } from './status/follow.ts';
import type { StatusItem } from './status/item.ts';
import type { SwitchBoard } from './switches.ts';

export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly places: Places;
  readonly output: vscode.LogOutputChannel;
  readonly session: Session;
  readonly status: StatusFollower;
  readonly item: StatusItem;
  readonly switches: SwitchBoard;
  readonly pages: Pages;
  readonly chat: ChatView;
  readonly report: { findings: readonly Finding[] };
  /** The user has agreed to download the model. */
  readonly consent: { download: boolean };
}

/** Register all commands. */
export function registerCommands(parts: Parts): vscode.Disposable[] {
  const { session, switches, pages, output, chat, item } = parts;
  const editor = (): vscode.TextDocument | undefined => vscode.window.activeTextEditor?.document;
  const commands: Record<string, (...args: never[]) => unknown> = {
    showMenu: () => item.showMenu(),
    setUp: () => setUp(parts, true),
    chooseServer: () => openSetting('pillion.server.path'),
    choosePython: () => openSetting('pillion.server.python'),
    openSettings: () => openSetting('@ext:pillion.pillion'),
    openWalkthrough: () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        'pillion.pillion#pillion.start',
        false,
      ),
    restartServer: () => session.restart(),
    restartModel: () => serverCommand(parts, 'pillion.restartEngine'),
    getModel: () => serverCommand(parts, 'pillion.pullModel'),
    chooseModel: () => chooseModel(parts),
    toggle: () => switches.toggle(),
    toggleLanguage: () => {
      const document = editor();
      return document && switches.toggleLanguage(document.languageId);
    },
    toggleFile: () => {
      const document = editor();
      return document && switches.toggleFile(document.uri);
    },
    snooze: (minutes?: number) => snooze(switches, minutes),
    showTrace: () => pages.show('trace'),
    showStatistics: () => pages.show('statistics'),
    doctor: () => runDoctor(parts),
    showLog: () => {
      output.show();
    },
    tryCompletion,
    ask: () => chat.ask(),
    editSelection: () => editAsTold(session),
    newChat: () => {
      chat.startNew();
    },
  };
  return Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`pillion.${name}`, run),
  );
}

/** Install the server if the user agrees, start it, and get the model that it needs. */
export async function setUp(parts: Parts, asked: boolean): Promise<void> {
  const { context, places, session, output, consent } = parts;
  if (session.state.kind === 'installing') {
    return;
  }
  if (!(await agreed(context.globalState, asked))) {
    return;
  }
  consent.download = true;
  // A server of the user's own needs no other one; what failed may be the model alone.
  const own = usable(places);
  if (own || (await install(places, session, output))) {
    await session.restart();
  }
}

function usable(places: Places): boolean {
  try {
    return locate(places) !== undefined;
  } catch {
    return false;
  }
}

async function openSetting(query: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', query);
}

async function serverCommand({ session }: Parts, command: string): Promise<void> {
  const { client } = session;
  if (!client) {
    void vscode.window.showWarningMessage('The server of Pillion does not run.');
    return;
  }
  await client.sendRequest('workspace/executeCommand', { command });
}

async function chooseModel({ places }: Parts): Promise<void> {
  const found = locate(places);
  if (!found) {
    return;
  }
  const known = await models(found, places.storage);
  const file = 'A GGUF file of your own…';
  const entries = known.map(({ name, size, licence, present }) => ({
    label: name,
    description: `${Math.round(size / 1e6)} MB, ${licence}`,
    detail: present ? 'On this machine' : 'Will be downloaded when you agree',
  }));
  const chosen = await vscode.window.showQuickPick([...entries, { label: file }], {
    title: 'Which model?',
  });
  let model = chosen?.label;
  if (model === file) {
    const [picked] = (await vscode.window.showOpenDialog({ filters: { Models: ['gguf'] } })) ?? [];
    model = picked?.fsPath;
  }
  if (model !== undefined) {
    const settings = vscode.workspace.getConfiguration('pillion');
    await settings.update('model', model, vscode.ConfigurationTarget.Global);
  }
}

async function snooze(switches: SwitchBoard, given?: number): Promise<void> {
  const choices = [5, 15, 30, 60].map((minutes) => ({ label: `${minutes} minutes`, minutes }));
  const minutes =
    given ?? (await vscode.window.showQuickPick(choices, { title: 'No suggestions for' }))?.minutes;
  if (minutes !== undefined) {
    switches.snooze(minutes);
  }
}

async function runDoctor({ places, output, pages, report }: Parts): Promise<void> {
  const found = locate(places);
  if (!found) {
    void vscode.window.showWarningMessage('The server of Pillion is not installed.');
    return;
  }
  const model = vscode.workspace.getConfiguration('pillion').get('model', '');
  try {
    report.findings = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Pillion: the doctor looks' },
      () => examine(found, places.storage, model),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    output.error(message);
    void vscode.window.showErrorMessage(`The doctor could not run: ${message}`);
    return;
  }
  await pages.show('doctor');
}

/** Return the doctor's page; for `Pages`. */
export function doctorReport({ findings }: Parts['report']): string {
  return findings.length > 0 ? doctorPage(findings) : '# The doctor\n\nNot asked yet.\n';
}

async function tryCompletion(): Promise<void> {
  const content = 'def is_prime(n):\n    """Return whether n is a prime number."""\n    ';
  const document = await vscode.workspace.openTextDocument({ language: 'python', content });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.positionAt(content.length);
  editor.selection = new vscode.Selection(end, end);
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}
