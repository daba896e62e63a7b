/**
 * The composition root of the extension: builds the parts, connects them, starts the server.
 *
 *     VS Code -> completion/ -> server/session.ts -> the language server
 *                status/, chat/, edits/ show what it says
 *
 * Nothing is installed or downloaded before the user agrees, and no file of a workspace is run.
 */

import { mkdirSync } from 'node:fs';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { History } from './chat/history.ts';
import { ChatView, viewId } from './chat/view.ts';
import { doctorReport, registerCommands, setUp, type Parts } from './commands.ts';
import { Completion, type Event } from './completion/middleware.ts';
import type { Shown } from './completion/follow.ts';
import { EditorContext } from './context.ts';
import { applyEdit } from './edits/applyedit.ts';
import { Preview } from './edits/preview.ts';
import { Pages } from './pages.ts';
import { downloadAgreed, listenTo } from './questions.ts';
import type { Places } from './server/install.ts';
import { Session } from './server/session.ts';
import { locate } from './server/setup.ts';
import type { ServerState } from './server/state.ts';
import { withoutRunning } from './server/trust.ts';
import { StatusFollower } from './status/follow.ts';
import { StatusItem } from './status/item.ts';
import type { Entry } from './status/menu.ts';
import type { Status } from './status/protocol.ts';
import { statisticsPage, tracePage, type Seen } from './status/trace.ts';
import type { Situation, View } from './status/view.ts';
import { SwitchBoard } from './switches.ts';

/** What the tests in the extension host look at. */
export interface Api {
  readonly session: Session;
  readonly client: () => LanguageClient | undefined;
  readonly server: () => ServerState;
  readonly status: () => Status | undefined;
  readonly view: () => View;
  readonly menu: () => readonly Entry[];
  readonly events: readonly Event[];
  readonly shown: () => Shown | undefined;
  readonly preview: Preview;
}

/** Settings after which the server has to be another process. */
const restarting = ['pillion.server'];

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const output = vscode.window.createOutputChannel('Pillion', { log: true });
  const places: Places = {
    extension: context.extensionPath,
    storage: context.globalStorageUri.fsPath,
  };
  mkdirSync(places.storage, { recursive: true });
  const consent = { download: false };
  const report: Parts['report'] = { findings: [] };
  const events: Event[] = [];
  const switches = new SwitchBoard(context.workspaceState);
  const preview = new Preview();
  const completion = new Completion(
    (document) => switches.whyOff(document) !== undefined,
    (event) => {
      events.push(event);
      void session.client?.sendNotification(`pillion/inlineCompletion/${event}`);
      if (event === 'accepted') {
        void vscode.commands.executeCommand('setContext', 'pillion.hasAccepted', true);
      }
    },
  );
  const session: Session = new Session({
    locate: () => Promise.resolve(locate(places)),
    output,
    folder: places.storage,
    middleware: {
      provideInlineCompletionItems: completion.middleware,
      workspace: {
        configuration: async (params, token, next) => {
          const values = await next(params, token);
          const restricted = !vscode.workspace.isTrusted && Array.isArray(values);
          return restricted ? values.map(withoutRunning) : values;
        },
        handleApplyEdit: (params, next) => {
          const { client } = session;
          return client ? applyEdit(client, preview, params) : next(params, never.token);
        },
      },
    },
    prepare: (client) => {
      status.listenTo(client);
      listenTo(client, (question) => (consent.download ? downloadAgreed(question) : undefined));
    },
  });
  const status = new StatusFollower(session);
  let seen: Seen | undefined;
  const situation = (): Situation => ({
    server: session.state,
    status: status.current,
    off: switches.whyOff(vscode.window.activeTextEditor?.document),
    thinking: completion.thinking,
    lastMs: seen?.milliseconds,
  });
  const item = new StatusItem(situation, switches);
  const pages = new Pages({
    trace: () => tracePage(status.current, seen),
    statistics: () => statisticsPage(status.current),
    doctor: () => doctorReport(report),
  });
  const history = new History(context.workspaceState);
  const chat = new ChatView(context.extensionUri, session, history, preview);
  const parts: Parts = {
    context,
    places,
    output,
    session,
    status,
    item,
    switches,
    pages,
    chat,
    report,
    consent,
  };
  const draw = (): void => {
    item.draw();
    const { kind } = session.state;
    const contexts = {
      'pillion.serverRuns': kind === 'running',
      'pillion.modelReady': status.current?.state === 'ready',
    };
    for (const [name, value] of Object.entries(contexts)) {
      void vscode.commands.executeCommand('setContext', name, value);
    }
  };
  context.subscriptions.push(
    output,
    switches,
    preview,
    completion,
    session,
    status,
    item,
    pages,
    chat,
    new EditorContext(session),
    ...registerCommands(parts),
    vscode.window.registerWebviewViewProvider(viewId, chat),
    session.onDidChange(draw),
    status.onDidChange(draw),
    switches.onDidChange(draw),
    completion.onDidChange(draw),
    completion.onDidAnswer((answer) => {
      seen = answer;
      draw();
    }),
    vscode.window.onDidChangeActiveTextEditor(draw),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (restarting.some((section) => event.affectsConfiguration(section))) {
        void session.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      // Settings of the workspace count from now on.
      void session.restart();
    }),
  );
  await session.restart();
  if (session.state.kind === 'missing') {
    // Not waited for: VS Code's start must not depend on an answer.
    void setUp(parts, false);
  }
  return {
    session,
    client: () => session.client,
    server: () => session.state,
    status: () => status.current,
    view: () => item.shown,
    menu: () => item.entries,
    events,
    shown: () => completion.shown,
    preview,
  };
}

const never = new vscode.CancellationTokenSource();

export function deactivate(): void {
  // The parts are disposed of by VS Code; the session ends the server.
}
