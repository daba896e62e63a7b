/**
 * What this client expects of `pillion/chat`: the one place that names its methods and messages.
 *
 * The client owns the history and sends it whole, so that the server needs nothing from before.
 * Text of files is never sent: the server has the open documents and its own rules for the others.
 */

import type { Range, TextDocumentIdentifier } from 'vscode-languageclient/node';

export const chatMethod = 'pillion/chat';

/** Advertised by the server as `capabilities.experimental.pillion.chat`. */
export interface ChatCapability {
  /** Slash commands, their names without the slash. */
  readonly commands: readonly ChatCommand[];
  readonly chips: readonly Chip['kind'][];
}

export interface ChatCommand {
  readonly name: string;
  readonly description: string;
}

export interface ChatParams {
  readonly threadId: string;
  /** The whole thread, oldest first; the new message of the user is the last. */
  readonly messages: readonly ChatMessage[];
  readonly command?: string;
  /** What the user attached to the last message. */
  readonly chips: readonly Chip[];
  /** The editor in front, so that "this function" means something. */
  readonly textDocument?: TextDocumentIdentifier;
  readonly selection?: Range;
  readonly partialResultToken: string;
}

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export type Chip =
  | { readonly kind: 'file' | 'problems'; readonly uri: string }
  | { readonly kind: 'selection'; readonly uri: string; readonly range: Range }
  | { readonly kind: 'symbol'; readonly uri: string; readonly range: Range; readonly name: string }
  /** What has changed since the last commit; what in the workspace has to do with the question. */
  | { readonly kind: 'diff' | 'repo' };

/** `text` is appended to the answer; `stage` says in a few words what is being done. */
export interface ChatPart {
  readonly kind: 'text' | 'stage';
  readonly text: string;
}

export interface ChatResult {
  /** The whole answer, Markdown. */
  readonly text: string;
  readonly question?: ChatQuestion;
  /** What the user has accepted, with code that was held to it. */
  readonly accepted?: AcceptedExamples;
  readonly stopped?: 'length' | 'cancelled';
  readonly notes?: readonly string[];
}

/** A click on a choice sends it as the next message; free text is always possible. */
export interface ChatQuestion {
  /** Markdown; with the examples, where there are any. */
  readonly text: string;
  readonly choices: readonly string[];
  /** What was understood, to accept, reject or change. */
  readonly examples?: readonly ChatExample[];
  /** The function that they are of. */
  readonly function?: string;
}

export interface ChatExample {
  /** The arguments, without the function's name and its brackets. */
  readonly call: string;
  /** A literal of Python, or `raises ValueError`. */
  readonly outcome: string;
}

export interface AcceptedExamples {
  readonly function: string;
  readonly examples: readonly ChatExample[];
  /** The file that the function is for, in whose tests they can be kept. */
  readonly uri?: string;
}

/** Return what a server says about its chat in the result of `initialize`, if it has one. */
export function chatCapability(experimental: unknown): ChatCapability | undefined {
  const chat = field(field(experimental, 'pillion'), 'chat');
  if (typeof chat !== 'object' || chat === null) {
    return undefined;
  }
  const commands = field(chat, 'commands');
  const chips = field(chat, 'chips');
  return {
    commands: Array.isArray(commands) ? commands.filter(isCommand) : [],
    chips: Array.isArray(chips) ? chips.filter(isKind) : [],
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function isCommand(value: unknown): value is ChatCommand {
  return (
    typeof field(value, 'name') === 'string' && typeof field(value, 'description') === 'string'
  );
}

const kinds: readonly Chip['kind'][] = ['file', 'symbol', 'selection', 'problems', 'diff', 'repo'];

function isKind(value: unknown): value is Chip['kind'] {
  return kinds.some((kind) => kind === value);
}
