/**
 * One conversation with the server: sends, streams, stops. It knows nothing of the view.
 *
 * Without a server that has chat it only says so; nothing is made up and nothing is sent.
 */

import * as vscode from 'vscode';
import { ProgressType, ResponseError, type LanguageClient } from 'vscode-languageclient/node';
import type { ServerState } from '../server/state.ts';
import {
  chatCapability,
  chatMethod,
  type ChatCapability,
  type ChatParams,
  type ChatPart,
  type ChatResult,
} from './protocol.ts';
import {
  answerTurn,
  failedTurn,
  messagesOf,
  stoppedSentence,
  type Thread,
  type Turn,
} from './thread.ts';

const methodNotFound = -32601;
const requestCancelled = -32800;

/** Return what the chat of a server can do, or why there is none, in a sentence for the user. */
export function availability(
  state: ServerState,
  client: LanguageClient | undefined,
): { readonly capability?: ChatCapability; readonly unavailable?: string } {
  if (state.kind !== 'running' || !client) {
    return { unavailable: whyNot[state.kind] };
  }
  const capability = chatCapability(client.initializeResult?.capabilities.experimental);
  return capability
    ? { capability }
    : {
        unavailable:
          `This server (Pillion ${state.version}) has no chat. ` +
          'Code completion works; chat needs a newer server.',
      };
}

const whyNot = {
  missing: 'The server is not installed yet. Set Pillion up first.',
  installing: 'The server is being installed.',
  starting: 'The server is starting.',
  running: 'The server is starting.',
  failed: 'The server does not run; the status bar says why.',
  stopped: 'The server is stopped.',
};

/** Ask for the answer to the last message of `thread`; never throws. */
export async function answer(
  client: LanguageClient,
  thread: Thread,
  token: vscode.CancellationToken,
  onPart: (part: ChatPart) => void,
): Promise<Turn> {
  const partialResultToken = `pillion-chat-${crypto.randomUUID()}`;
  let streamed = '';
  const parts = client.onProgress(new ProgressType<ChatPart>(), partialResultToken, (part) => {
    if (part.kind === 'text') {
      streamed += part.text;
    }
    onPart(part);
  });
  try {
    const params = paramsOf(client, thread, partialResultToken);
    const result = await client.sendRequest<ChatResult | null>(chatMethod, params, token);
    return result ? answerTurn(result, streamed) : failedTurn(streamed, 'There was no answer.');
  } catch (error) {
    return failedTurn(streamed, sentence(error, token));
  } finally {
    parts.dispose();
  }
}

function paramsOf(client: LanguageClient, thread: Thread, partialResultToken: string): ChatParams {
  const last = thread.turns.at(-1);
  const editor = vscode.window.activeTextEditor;
  const convert = client.code2ProtocolConverter;
  return {
    threadId: thread.id,
    messages: messagesOf(thread),
    ...(last?.command === undefined ? {} : { command: last.command }),
    chips: (last?.chips ?? []).map(({ chip }) => chip),
    ...(editor
      ? {
          textDocument: convert.asTextDocumentIdentifier(editor.document),
          selection: convert.asRange(editor.selection),
        }
      : {}),
    partialResultToken,
  };
}

function sentence(error: unknown, token: vscode.CancellationToken): string {
  if (token.isCancellationRequested) {
    return stoppedSentence.cancelled;
  }
  if (error instanceof ResponseError) {
    if (error.code === methodNotFound) {
      return 'This server has no chat.';
    }
    return error.code === requestCancelled ? stoppedSentence.cancelled : error.message;
  }
  return `The server did not answer: ${error instanceof Error ? error.message : String(error)}`;
}
