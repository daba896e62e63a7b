/** Versions of the server: which ones this extension works with. */

export const oldestServer = '0.1.0';

/** Return what is wrong with the version of a server, or nothing. */
export function problemWith(version: string | undefined): string | undefined {
  const found = parse(version);
  if (!found) {
    return 'This server does not tell its version; it is not Pillion.';
  }
  const oldest = parse(oldestServer) ?? [0, 0, 0];
  if (compare(found, oldest) < 0) {
    return `This extension needs Pillion ${oldestServer} or newer, and found ${String(version)}.`;
  }
  return undefined;
}

type Numbers = readonly [number, number, number];

function parse(version: string | undefined): Numbers | undefined {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version ?? '');
  return found ? [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] : undefined;
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
