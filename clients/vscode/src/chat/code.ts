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

const definition =
  /^[ \t]*(?:(?:export|default|pub|public|private|static|async|abstract)\s+)*(def|class|function|func|fn|interface|struct|enum)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u;

/**
 * Return the place behind everything else in `text`, for code that begins with a definition, and
 * the code with the blank lines that stand before it; nothing for other code.
 */
export function appended(text: string, code: string): [number, string] | undefined {
  const first = code.split('\n').find((line) => line.trim() !== '') ?? '';
  if (!definition.test(first)) {
    return undefined;
  }
  const lines = text.split(/\r?\n/);
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return [end, end === 0 ? code : `\n\n${code}`];
}

/**
 * Return the lines of `text`, from and before, that define what `code` defines first; nothing if
 * none does. The body is what is indented below the first line, and a closing line behind it.
 */
export function definitionIn(text: string, code: string): [number, number] | undefined {
  const wanted = code
    .split('\n')
    .map((line) => definition.exec(line))
    .find(Boolean);
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => {
    const found = definition.exec(line);
    return found && wanted && found[1] === wanted[1] && found[2] === wanted[2];
  });
  if (start < 0) {
    return undefined;
  }
  const depth = (line: string): number => line.length - line.trimStart().length;
  const own = depth(lines[start] ?? '');
  let end = start + 1;
  for (let index = end; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line.trim() && depth(line) <= own) {
      const closes = depth(line) === own && /^\s*[)}\]]/.test(line);
      if (!closes) {
        break;
      }
    }
    if (line.trim()) {
      end = index + 1;
      if (depth(line) <= own && /^\s*\}[;,]?\s*$/.test(line)) {
        break;
      }
    }
  }
  return [start, end];
}
