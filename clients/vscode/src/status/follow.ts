/** The status of the server, as it was last told. */

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Session } from '../server/session.ts';
import { statusMethod, type Status } from './protocol.ts';

export class StatusFollower implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #listener: vscode.Disposable;
  readonly #session: Session;
  #current: Status | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(session: Session) {
    this.#session = session;
    this.#listener = session.onDidChange((state) => {
      this.#set(undefined);
      if (state.kind === 'running') {
        // From the first request on, the server tells every change by itself.
        void this.refresh();
      }
    });
  }

  get current(): Status | undefined {
    return this.#current;
  }

  /** Listen to a client that is about to start. */
  listenTo(client: LanguageClient): void {
    client.onNotification(statusMethod, (status: Status) => {
      if (client === this.#session.client) {
        this.#set(status);
      }
    });
  }

  async refresh(): Promise<void> {
    const { client } = this.#session;
    try {
      const status = await client?.sendRequest<Status>(statusMethod);
      if (status && client === this.#session.client) {
        this.#set(status);
      }
    } catch {
      // The server is ending; the session says so.
    }
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }

  #set(status: Status | undefined): void {
    this.#current = status;
    this.#changed.fire();
  }
}
