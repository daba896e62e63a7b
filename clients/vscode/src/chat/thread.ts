/** Conversations as values: turns are added, never changed in place. */

import type { AcceptedExamples, ChatMessage, ChatQuestion, ChatResult, Chip } from './protocol.ts';

export interface Thread {
  readonly id: string;
  /** Milliseconds since 1970 of the last change. */
  readonly when: number;
  readonly turns: readonly Turn[];
}

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** What the user attached. */
  readonly chips?: readonly Attached[];
  readonly command?: string;
  readonly question?: ChatQuestion;
  /** What the user had accepted, which the code of this answer was held to. */
  readonly accepted?: AcceptedExamples;
  /** Why the answer is not complete, or why there is none; a sentence for the user. */
  readonly problem?: string;
  readonly notes?: readonly string[];
}

/** A chip and what it is called in the view, such as `@file app.py`. */
export interface Attached {
  readonly chip: Chip;
  readonly label: string;
}

const longestTitle = 60;

/** The first words that the user wrote. */
export function titleOf(thread: Thread): string {
  const first = thread.turns.find(({ role }) => role === 'user')?.text.trim() ?? '';
  const line = first.split('\n', 1)[0] ?? '';
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line || 'New chat';
}

export function withTurn(thread: Thread, turn: Turn, when: number): Thread {
  return { ...thread, when, turns: [...thread.turns, turn] };
}

/** Return the thread without its last answer, if it ends with one: the point to retry from. */
export function withoutAnswer(thread: Thread): Thread {
  const last = thread.turns.at(-1);
  return last?.role === 'assistant' ? { ...thread, turns: thread.turns.slice(0, -1) } : thread;
}

/** Return what the server gets to see; answers that failed are not part of the conversation. */
export function messagesOf(thread: Thread): ChatMessage[] {
  return thread.turns
    .filter(({ role, text }) => role === 'user' || text !== '')
    .map(({ role, text }) => ({ role, text }));
}

/** Return the turn for an answer; `streamed` is what had come before it ended. */
export function answerTurn(result: ChatResult, streamed: string): Turn {
  return {
    role: 'assistant',
    text: result.text || streamed,
    ...(result.question ? { question: result.question } : {}),
    ...(result.accepted ? { accepted: result.accepted } : {}),
    ...(result.stopped ? { problem: stoppedSentence[result.stopped] } : {}),
    ...(result.notes && result.notes.length > 0 ? { notes: result.notes } : {}),
  };
}

export function failedTurn(streamed: string, problem: string): Turn {
  return { role: 'assistant', text: streamed, problem };
}

export const stoppedSentence = {
  length: 'The answer reached its longest length and ends here.',
  cancelled: 'Stopped.',
};

/** Split `/name rest` into the command and the rest; only for commands that the server has. */
export function slash(text: string, names: readonly string[]): { command?: string; text: string } {
  const found = /^\/([\w-]+)\s*/.exec(text);
  const name = found?.[1];
  return found && name !== undefined && names.includes(name)
    ? { command: name, text: text.slice(found[0].length) }
    : { text };
}
