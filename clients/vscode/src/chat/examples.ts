/** What the user decides about examples, as the lines that the server reads. */

import type { ChatExample } from './protocol.ts';

export interface Decision extends ChatExample {
  readonly accepted: boolean;
}

const raises = /^raises?\s+/;
const error = /^[A-Za-z_]\w*(?:Error|Exception|Iteration|Exit)$/;

/** Return an example in words: `f(1)` returns `2`. */
export function sentence(name: string, { call, outcome }: ChatExample): string {
  const written = outcome.trim();
  const thrown = raises.test(written) || error.test(written);
  return `\`${name}(${call})\` ${thrown ? 'raises' : 'returns'} \`${written.replace(raises, '')}\``;
}

export function decisionText(name: string, decisions: readonly Decision[]): string {
  return decisions
    .map((one) => `- ${one.accepted ? 'accepted' : 'rejected'}: ${sentence(name, one)}`)
    .join('\n');
}
