/**
 * The running server: started, stopped and started again, one at a time.
 *
 *     missing -> installing -> starting -> running <-> starting -> failed / stopped
 *
 * A server that ends by itself is started again, until it has ended five times in three minutes.
 */

import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  State,
  type Executable,
  type LanguageClientOptions,
  type Middleware,
} from 'vscode-languageclient/node';
import { Crashes } from './crashes.ts';
import { OneQueued } from './onequeue.ts';
import type { ServerState } from './state.ts';
import { problemWith } from './version.ts';

export interface Found {
  readonly command: string;
  readonly args: readonly string[];
}

export interface SessionOptions {
  /** Find the server, anew at every start; throws an `Error` with a sentence for the user. */
  readonly locate: () => Promise<Found | undefined>;
  readonly middleware: Middleware;
  readonly output: vscode.LogOutputChannel;
  /** Where the server runs: never the workspace, whose files Python might take for its own. */
  readonly folder: string;
  /** Add handlers to a client that is about to start. */
  readonly prepare: (client: LanguageClient) => void;
}

/** Documents that a person writes; not logs, diffs or what other extensions show. */
const schemes = ['file', 'untitled', 'vscode-notebook-cell', 'vscode-vfs', 'vscode-remote'];

export class Session implements vscode.Disposable {
  readonly #options: SessionOptions;
  readonly #changed = new vscode.EventEmitter<ServerState>();
  readonly #restarts: OneQueued;
  readonly #crashes = new Crashes();
  #client: LanguageClient | undefined;
  #state: ServerState = { kind: 'stopped' };

  readonly onDidChange = this.#changed.event;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#restarts = new OneQueued(() => this.#startAnew());
  }

  get state(): ServerState {
    return this.#state;
  }

  /** The client, while the server runs. */
  get client(): LanguageClient | undefined {
    return this.#state.kind === 'running' ? this.#client : undefined;
  }

  /** Start the server, or end it and start it again; returns when that is done. */
  restart(): Promise<void> {
    this.#crashes.forget();
    return this.#restarts.request();
  }

  /** Say what happens while there is no server to start. */
  show(state: ServerState): void {
    this.#state = state;
    this.#changed.fire(state);
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) {
      // A server that is being started cannot be stopped yet, one that died need not be.
      await client.dispose(2000).catch((error: unknown) => {
        this.#options.output.debug(`Stopping the server: ${String(error)}`);
      });
    }
  }

  dispose(): void {
    this.#changed.dispose();
    void this.stop();
  }

  async #startAnew(): Promise<void> {
    await this.stop();
    let found: Found | undefined;
    try {
      found = await this.#options.locate();
    } catch (error) {
      this.show({ kind: 'failed', message: messageOf(error) });
      return;
    }
    if (!found) {
      this.show({ kind: 'missing' });
      return;
    }
    this.show({ kind: 'starting' });
    const client = this.#create(found);
    this.#client = client;
    try {
      await client.start();
    } catch (error) {
      this.#options.output.error(messageOf(error));
      await this.stop();
      this.show({
        kind: 'failed',
        message: `The server ${found.command} cannot be started; the log says why.`,
      });
      return;
    }
    const version = client.initializeResult?.serverInfo?.version;
    const problem = problemWith(version);
    if (problem !== undefined) {
      await this.stop();
      this.show({ kind: 'failed', message: problem });
    }
  }

  #create(found: Found): LanguageClient {
    const { output, middleware, folder } = this.#options;
    const executable: Executable = {
      command: found.command,
      args: [...found.args],
      options: { cwd: folder },
    };
    const options: LanguageClientOptions = {
      documentSelector: schemes.map((scheme) => ({ scheme })),
      outputChannel: output,
      traceOutputChannel: output,
      middleware,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.#closed(client),
      },
    };
    const client = new LanguageClient('pillion', 'Pillion', executable, options);
    client.onDidChangeState(({ newState }) => {
      if (client !== this.#client) {
        return;
      }
      if (newState === State.Running) {
        const version = client.initializeResult?.serverInfo?.version ?? '';
        this.show({ kind: 'running', version });
      } else if (newState === State.Starting) {
        this.show({ kind: 'starting' });
      }
    });
    this.#options.prepare(client);
    return client;
  }

  #closed(client: LanguageClient): { action: CloseAction; handled: boolean } {
    if (client === this.#client && this.#crashes.again(Date.now())) {
      this.#options.output.warn('The server ended by itself; it is started again.');
      return { action: CloseAction.Restart, handled: true };
    }
    if (client === this.#client) {
      this.show({
        kind: 'failed',
        message: 'The server ended five times in three minutes. See the log, then start it again.',
      });
    }
    return { action: CloseAction.DoNotRestart, handled: true };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
