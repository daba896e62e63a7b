/** Finding the server, and setting it up once the user has agreed. */

import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { InstallError, installServer, installedServer, type Places } from './install.ts';
import { asker, candidates, findPython } from './python.ts';
import type { Found, Session } from './session.ts';

/** Return the server to start: the user's own, else the private one, else nothing. */
export function locate(places: Places): Found | undefined {
  const own = ownSetting('path');
  if (own) {
    // A name without a folder is looked for on the PATH by the system.
    if (isAbsolute(own) && !existsSync(own)) {
      throw new Error(`There is no server at ${own}, which the setting pillion.server.path names.`);
    }
    return { command: own, args: ['serve', ...extraArguments()] };
  }
  const command = installedServer(places);
  return command === undefined ? undefined : { command, args: ['serve', ...extraArguments()] };
}

/** Ask whether to install, once; return whether the user agreed. */
export async function agreed(memory: vscode.Memento, again: boolean): Promise<boolean> {
  const declined = 'pillion.setupDeclined';
  if (!again && memory.get<boolean>(declined, false)) {
    return false;
  }
  const model = vscode.workspace.getConfiguration('pillion').get('model', '');
  const setUp = 'Set Up';
  const answer = await vscode.window.showInformationMessage(
    'Pillion completes code with a model on this machine; nothing leaves it. ' +
      'Setting up installs its server from your Python package index (about 200 MB; compiling ' +
      `llama.cpp takes up to 11 minutes, once) and downloads the model ${model} (the default ` +
      'has 491 MB).',
    setUp,
    'Not Now',
  );
  await memory.update(declined, answer === undefined ? undefined : answer !== setUp);
  return answer === setUp;
}

/** Install the private server, with progress; the session shows what happens. */
export async function install(
  places: Places,
  session: Session,
  output: vscode.LogOutputChannel,
): Promise<boolean> {
  const python = await findPython(
    candidates(ownSetting('python'), process.platform),
    asker(places.extension),
  );
  if ('problem' in python) {
    session.show({ kind: 'failed', message: python.problem });
    void offer(python.problem, 'Choose a Python…', 'pillion.choosePython');
    return false;
  }
  output.info(`Installing the server with ${python.command} (Python ${python.version}).`);
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Pillion', cancellable: true },
      async (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => {
          abort.abort();
        });
        let shown = 0;
        await installServer(
          places,
          python,
          ({ message, share }) => {
            session.show({ kind: 'installing', message, share });
            progress.report({ message, increment: Math.max(0, share - shown) * 100 });
            shown = Math.max(shown, share);
          },
          (line) => {
            output.info(line);
          },
          abort.signal,
        );
      },
    );
  } catch (error) {
    const message = error instanceof InstallError ? error.message : String(error);
    output.error(message);
    session.show({ kind: 'failed', message });
    void offer(message, 'Show the Log', 'pillion.showLog');
    return false;
  }
  return true;
}

async function offer(problem: string, action: string, command: string): Promise<void> {
  if ((await vscode.window.showErrorMessage(problem, action)) === action) {
    await vscode.commands.executeCommand(command);
  }
}

function ownSetting(name: 'path' | 'python'): string {
  const value: unknown = vscode.workspace.getConfiguration('pillion.server').get(name);
  return typeof value === 'string' ? value.trim() : '';
}

function extraArguments(): string[] {
  const value: unknown = vscode.workspace.getConfiguration('pillion.server').get('arguments');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
