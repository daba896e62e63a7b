/**
 * What became of a suggestion, seen from the changes of its document alone.
 *
 * VS Code tells an extension only when a suggestion was taken as a whole. The rest follows from
 * the text: typing on what is shown keeps it, several characters of it at once were accepted in
 * part (a word, a line), and anything else is a rejection.
 */

/** A suggestion on screen; offsets count UTF-16 code units, as VS Code does. */
export interface Shown {
  readonly uri: string;
  /** Where the text that it replaces or continues begins. */
  readonly start: number;
  /** Where the cursor was. */
  readonly cursor: number;
  /** The whole text, from `start` on. */
  readonly text: string;
}

export interface Change {
  readonly offset: number;
  /** How many characters it removes. */
  readonly length: number;
  readonly text: string;
}

export type Fate =
  | { readonly kind: 'kept' | 'partlyAccepted'; readonly shown: Shown }
  | { readonly kind: 'finished' }
  | { readonly kind: 'dismissed' };

/** Return what the changes of one edit did to the suggestion. */
export function follow(shown: Shown, changes: readonly Change[]): Fate {
  const [change] = changes;
  if (!change || changes.length > 1) {
    return changes.length > 1 ? { kind: 'dismissed' } : { kind: 'kept', shown };
  }
  const rest = restOf(shown);
  const typed = inserted(shown, change);
  if (typed === undefined || typed === '' || !rest.startsWith(typed)) {
    return { kind: 'dismissed' };
  }
  if (typed === rest) {
    // Taken as a whole (then its command has reported it) or typed to the last character.
    return { kind: 'finished' };
  }
  const next = { ...shown, cursor: shown.cursor + typed.length };
  return { kind: Array.from(typed).length > 1 ? 'partlyAccepted' : 'kept', shown: next };
}

/** Tell whether `next` is the suggestion on screen, typed through or written on. */
export function continues(shown: Shown, next: Shown): boolean {
  const before = restOf(shown);
  const after = restOf(next);
  const same = shown.uri === next.uri && shown.cursor === next.cursor;
  return same && (after.startsWith(before) || before.startsWith(after));
}

function restOf(shown: Shown): string {
  return shown.text.slice(shown.cursor - shown.start);
}

/** Return what a change puts at the cursor; nothing if it changes anything else. */
function inserted(shown: Shown, change: Change): string | undefined {
  const before = shown.text.slice(0, shown.cursor - shown.start);
  if (change.offset === shown.cursor) {
    return change.text;
  }
  // VS Code replaces from the start of the suggestion when it takes a part of it.
  const fromStart = change.offset === shown.start && change.text.startsWith(before);
  return fromStart ? change.text.slice(before.length) : undefined;
}
