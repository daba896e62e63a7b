/** The last request as a page that can be read. Numbers and names only: no source text comes in. */

import type { Status } from './protocol.ts';

/** What the extension itself saw of the last request. */
export interface Seen {
  readonly language: string;
  /** From the question of VS Code to the answer given back to it. */
  readonly milliseconds: number;
  readonly result: string;
}

/** Return the page, Markdown. */
export function tracePage(status: Status | undefined, seen: Seen | undefined): string {
  const parts = ['# The last request of Pillion'];
  if (seen) {
    parts.push(
      `In this editor (${seen.language}): ${seen.result}, after ${seen.milliseconds.toFixed(0)} ms.`,
    );
  }
  if (!status) {
    parts.push('The server is not running.');
  } else if (!status.last) {
    parts.push('There was no request yet.');
  } else {
    const { outcome, sentence, stages, tokens, context = [] } = status.last;
    parts.push(
      outcome === 'suggestion'
        ? `The server made a **suggestion**: ${sentence}`
        : `The server had **nothing to show** (\`${outcome}\`): ${sentence}`,
      table(
        ['stage', 'milliseconds'],
        Object.entries(stages).map(([stage, ms]) => [stage, ms.toFixed(1)]),
      ),
      table(
        ['tokens', 'number'],
        [
          ['in the prompt', String(tokens.prompt)],
          ['read anew (the rest was remembered)', String(tokens.evaluated)],
          ['written', String(tokens.generated)],
        ],
      ),
    );
    if (context.length > 0) {
      parts.push(
        table(
          ['code from elsewhere', 'lines', 'why'],
          context.map(({ path, first, last, why }) => [path, `${first} to ${last}`, why]),
        ),
      );
    }
  }
  if (status) {
    parts.push(...budgetPart(status), ...status.notes.map((note) => `> ${note}`));
  }
  return parts.join('\n\n') + '\n';
}

/** Return the counts of this session as a page, Markdown. */
export function statisticsPage(status: Status | undefined): string {
  const counts = Object.entries(status?.counts ?? {});
  const { shown = 0, accepted = 0, partlyAccepted = 0 } = status?.counts ?? {};
  const parts = [
    '# Statistics of this session',
    'Counted in memory, in this window only. Nothing is stored or sent anywhere.',
  ];
  if (shown > 0) {
    const share = Math.round((accepted / shown) * 100);
    parts.push(
      `Of ${shown} suggestions shown, ${accepted} were accepted as a whole (${share} %)` +
        ` and ${partlyAccepted} steps were accepted in part.`,
    );
  }
  parts.push(
    counts.length > 0
      ? table(
          ['what', 'how often'],
          counts.map(([name, count]) => [name, String(count)]),
        )
      : 'Nothing has happened yet.',
  );
  return parts.join('\n\n') + '\n';
}

function budgetPart({ budget, model }: Status): string[] {
  if (!budget) {
    return [];
  }
  return [
    '## What this machine allows',
    `${model} reads ${budget.readPerSecond.toFixed(0)} and writes ` +
      `${budget.writePerSecond.toFixed(1)} tokens per second here. ` +
      `The first suggestion at a new place is made from ${budget.firstWindow} tokens of code, ` +
      `later ones from ${budget.window}; a suggestion has ${budget.suggestion} tokens at most and ` +
      (budget.blocks ? 'may span lines.' : 'is one line.'),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
