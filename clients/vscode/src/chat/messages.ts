/** What the extension and its chat view say to each other. The view keeps nothing by itself. */

import type { AcceptedExamples, ChatCommand, Chip } from './protocol.ts';
import type { Attached, Thread } from './thread.ts';

export type ToView =
  | { readonly type: 'state'; readonly state: ViewState }
  /** The answer goes on. */
  | { readonly type: 'part'; readonly text: string }
  | { readonly type: 'stage'; readonly text: string }
  | { readonly type: 'history'; readonly entries: readonly HistoryEntry[] }
  | { readonly type: 'suggestions'; readonly query: string; readonly found: readonly Attached[] }
  | { readonly type: 'attach'; readonly attached: Attached }
  | { readonly type: 'focus' };

export interface ViewState {
  readonly thread: Thread;
  /** Why there is no chat, in a sentence for the user; nothing while there is one. */
  readonly unavailable?: string;
  readonly commands: readonly ChatCommand[];
  readonly kinds: readonly Chip['kind'][];
  /** An answer is being written. */
  readonly busy: boolean;
}

export interface HistoryEntry {
  readonly id: string;
  readonly title: string;
  readonly when: number;
}

export type FromView =
  | { readonly type: 'ready' | 'stop' | 'retry' | 'new' | 'clear' }
  | { readonly type: 'send'; readonly text: string; readonly attached: readonly Attached[] }
  | { readonly type: 'copy' | 'insert'; readonly code: string }
  | { readonly type: 'apply' | 'create'; readonly code: string; readonly info: string }
  /** Make tests of accepted examples. */
  | { readonly type: 'keep'; readonly accepted: AcceptedExamples }
  | { readonly type: 'history' | 'suggest'; readonly query: string }
  | { readonly type: 'open' | 'remove'; readonly id: string };
