/** The part of a text that a new version changes: one range, as small as whole lines allow. */

export interface Part {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Return the lines of `before` that differ, and what stands there in `after`. */
export function changedPart(before: string, after: string): Part {
  const old = lines(before);
  const now = lines(after);
  const most = Math.min(old.length, now.length);
  let top = 0;
  while (top < most && old[top] === now[top]) {
    top += 1;
  }
  let bottom = 0;
  while (bottom < most - top && old.at(-1 - bottom) === now.at(-1 - bottom)) {
    bottom += 1;
  }
  const start = old.slice(0, top).join('').length;
  return {
    start,
    end: before.length - old.slice(old.length - bottom).join('').length,
    text: now.slice(top, now.length - bottom).join(''),
  };
}

/** Lines with their ends. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
