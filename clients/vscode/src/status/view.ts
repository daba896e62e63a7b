/** The status in plain words: what the one item in the status bar says. Values only. */

import type { Off } from '../off.ts';
import type { ServerState } from '../server/state.ts';
import type { Status } from './protocol.ts';

/** Below this, a line takes longer than a user waits: about ten tokens. */
const slowWriting = 5;

/** A suggestion that took longer than this was felt as slow, whatever the reason. */
const slowAnswerMs = 3000;

export interface Situation {
  readonly server: ServerState;
  readonly status: Status | undefined;
  readonly off: Off | undefined;
  /** A request is open, and has been for long enough to tell. */
  readonly thinking: boolean;
  /** How long the last answer took that had a suggestion. */
  readonly lastMs: number | undefined;
}

export type Mood = 'setup' | 'loading' | 'ready' | 'thinking' | 'slow' | 'off' | 'error';

export interface View {
  readonly mood: Mood;
  /** What the item shows, without its icon. */
  readonly text: string;
  readonly icon: string;
  /** One or two sentences: what it means, and what to do about it. */
  readonly detail: string;
}

/** Return what to show; the first that applies, the most urgent first. */
export function view(situation: Situation): View {
  const { server, status, off } = situation;
  switch (server.kind) {
    case 'missing':
      return of('setup', 'Pillion: set up', 'The server is not installed yet. Click to set it up.');
    case 'installing':
      return of('loading', `Pillion: installing ${percent(server.share)}`, server.message);
    case 'starting':
      return of('loading', 'Pillion: starting', 'The server is starting.');
    case 'failed':
      return of('error', 'Pillion: server error', server.message);
    case 'stopped':
      return of('off', 'Pillion: stopped', 'The server is stopped. Click to start it.');
    case 'running':
      return status ? running(status, situation, off) : of('loading', 'Pillion: starting', '');
  }
}

function running(status: Status, situation: Situation, off: Off | undefined): View {
  if (off) {
    return of('off', offText[off], offDetail[off]);
  }
  switch (status.state) {
    case 'off':
      return of('off', offText.everywhere, offDetail.everywhere);
    case 'loading':
      return of(
        'loading',
        `Pillion: loading ${percent(status.percentage / 100)}`,
        status.message || `The model ${status.model} is being loaded.`,
      );
    case 'error':
      return of('error', 'Pillion: model error', status.message || 'The model cannot be used.');
    case 'ready':
      break;
  }
  if (situation.thinking) {
    return of('thinking', 'Pillion: thinking', `${status.model} is working.`);
  }
  const why = whySlow(status, situation.lastMs);
  return why
    ? of('slow', 'Pillion: slow', why)
    : of('ready', 'Pillion', `Ready, with the model ${status.model}.`);
}

/** Return why suggestions are slow, in a sentence, if they are. */
export function whySlow(status: Status, lastMs: number | undefined): string | undefined {
  const speed = status.budget?.writePerSecond;
  if (speed !== undefined && speed < slowWriting) {
    return (
      `Slow: the model writes ${speed.toFixed(1)} tokens per second on this machine just now. ` +
      'Close what else is busy, or choose a smaller model.'
    );
  }
  if (lastMs !== undefined && lastMs > slowAnswerMs) {
    return `Slow: the last suggestion took ${(lastMs / 1000).toFixed(1)} s. The trace says where.`;
  }
  return undefined;
}

const icons: Record<Mood, string> = {
  setup: 'cloud-download',
  loading: 'loading~spin',
  ready: 'sparkle',
  thinking: 'loading~spin',
  slow: 'watch',
  off: 'circle-slash',
  error: 'error',
};

const offText: Record<Off, string> = {
  everywhere: 'Pillion: off',
  snoozed: 'Pillion: snoozing',
  language: 'Pillion: off here',
  file: 'Pillion: off here',
};

const offDetail: Record<Off, string> = {
  everywhere: 'Suggestions are turned off everywhere.',
  snoozed: 'Suggestions are off for a while.',
  language: 'Suggestions are turned off for this language.',
  file: 'Suggestions are turned off for this file.',
};

function of(mood: Mood, text: string, detail: string): View {
  return { mood, text, icon: icons[mood], detail };
}

function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 100)} %`;
}
