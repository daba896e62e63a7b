/** Blocks of code in an answer: what their first line says, and where they may go. */

export interface Info {
  readonly language: string;
  /** Relative to a workspace folder. */
  readonly path: string | undefined;
}

/** Read the info string of a fenced block: `python` or `python src/app.py`. */
export function infoOf(text: string): Info {
  const [language = '', path] = text.trim().split(/\s+/, 2);
  return {
    language: language.toLowerCase(),
    path: path !== undefined && isInside(path) ? path : undefined,
  };
}

/** A path that leads out of the workspace is nobody's to write to. */
function isInside(path: string): boolean {
  const absolute = path.startsWith('/') || path.startsWith('\\') || /^[a-z]:/i.test(path);
  return !absolute && !path.split(/[\\/]/).includes('..');
}

/**
 * Return `text` with `code` in the place of the lines from `start` to before `end`, indented as the
 * first of these lines is.
 */
export function placed(text: string, start: number, end: number, code: string): string {
  const lines = text.split('\n');
  const indent = /^[ \t]*/.exec(lines[start] ?? '')?.[0] ?? '';
  const body = code.replace(/\n$/, '').split('\n');
  const own = Math.min(
    ...body.filter((line) => line.trim()).map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0),
  );
  const shifted = body.map((line) =>
    line.trim() ? indent + line.slice(Number.isFinite(own) ? own : 0) : '',
  );
  return [...lines.slice(0, start), ...shifted, ...lines.slice(end)].join('\n');
}
