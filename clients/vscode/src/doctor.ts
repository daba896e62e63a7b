/** `pillion doctor`, and the list of models, asked of the same program that serves this window. */

import { execFile } from 'node:child_process';
import type { Found } from './server/session.ts';

export interface Finding {
  readonly level: 'ok' | 'warning' | 'error';
  readonly subject: string;
  readonly text: string;
  readonly mend: string;
}

/** Return the doctor's findings; runs the model for a few seconds. */
export async function examine(found: Found, folder: string, model: string): Promise<Finding[]> {
  const args = ['doctor', '--json', ...(model ? ['--model', model] : [])];
  return (await ask(found, folder, args)) as Finding[];
}

export interface Model {
  readonly name: string;
  readonly size: number;
  readonly licence: string;
  readonly present: boolean;
}

export async function models(found: Found, folder: string): Promise<Model[]> {
  return (await ask(found, folder, ['models', 'list', '--json'])) as Model[];
}

/** Return the findings as a page, Markdown; what is wrong comes first. */
export function doctorPage(findings: readonly Finding[]): string {
  const order = { error: 0, warning: 1, ok: 2 };
  const marks = { error: '❌', warning: '⚠️', ok: '✅' };
  const sorted = [...findings].sort((a, b) => order[a.level] - order[b.level]);
  const wrong = findings.filter(({ level }) => level !== 'ok').length;
  const lines = sorted.map(
    ({ level, subject, text, mend }) =>
      `- ${marks[level]} **${subject}**: ${text}${mend ? `\n  - To mend it: ${mend}` : ''}`,
  );
  const summary = wrong === 0 ? 'Nothing is wrong.' : `${wrong} to look at.`;
  return ['# The doctor', summary, lines.join('\n')].join('\n\n') + '\n';
}

/** Run the server's program and read the JSON that it prints, also when it ends with an error. */
function ask(found: Found, folder: string, args: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(
      found.command,
      args,
      { cwd: folder, timeout: 120_000, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout));
        } catch {
          const said = stderr.trim().split('\n').at(-1);
          reject(
            new Error(
              said === undefined || said === '' ? (error?.message ?? 'Nothing was said.') : said,
            ),
          );
        }
      },
    );
  });
}
