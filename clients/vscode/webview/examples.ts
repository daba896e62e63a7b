/** Examples of what was understood: each is accepted, rejected or changed; more can be added. */

import { decisionText, type Decision } from '../src/chat/examples.ts';
import type { ChatExample } from '../src/chat/protocol.ts';
import { button, element } from './elements.ts';

/** Draw them; `answer` gets what was decided, as the text of the next message. */
export function drawExamples(
  name: string,
  examples: readonly ChatExample[],
  answer: (text: string) => void,
): HTMLElement {
  const rows = examples.map((example) => new Row(name, example, update));
  const own = element('input', {
    type: 'text',
    'aria-label': 'An example of your own',
    placeholder: `An example of your own: ${name}(…) == …`,
    spellcheck: 'false',
  });
  own.addEventListener('input', update);
  const marked = button('Use what is marked', () => {
    const text = decisionText(
      name,
      rows.flatMap((row) => row.decision ?? []),
    );
    answer([text, own.value.trim()].filter(Boolean).join('\n'));
  });
  function update(): void {
    marked.disabled = own.value.trim() === '' && rows.every((row) => row.decision === undefined);
  }
  update();
  const title = 'Are these examples right?';
  return element('div', { class: 'question examples', role: 'group', 'aria-label': title }, [
    element('p', {}, [title]),
    element(
      'ol',
      {},
      rows.map((row) => row.element),
    ),
    own,
    button('Accept all', () => {
      answer(
        decisionText(
          name,
          rows.map((row) => row.accepted),
        ),
      );
    }),
    marked,
    button('Just answer', () => {
      answer('Just answer');
    }),
    element('p', { class: 'note' }, [
      'What you accept is run on the code, and can become tests. ' +
        'Or write below what was misunderstood.',
    ]),
  ]);
}

/** One example. It is undecided until a button is pressed or its outcome is changed. */
class Row {
  readonly element: HTMLElement;
  readonly #call: string;
  readonly #outcome: HTMLInputElement;
  readonly #accept: HTMLButtonElement;
  readonly #reject: HTMLButtonElement;
  readonly #changed: () => void;
  #mark: 'accepted' | 'rejected' | undefined;

  constructor(name: string, { call, outcome }: ChatExample, changed: () => void) {
    this.#call = call;
    this.#changed = changed;
    const shown = `${name}(${call})`;
    this.#outcome = element('input', {
      type: 'text',
      value: outcome,
      'aria-label': `What ${shown} gives`,
      spellcheck: 'false',
    });
    this.#outcome.addEventListener('input', () => {
      this.#set('accepted');
    });
    this.#accept = this.#toggle('Accept', 'accepted');
    this.#reject = this.#toggle('Reject', 'rejected');
    this.element = element('li', {}, [
      element('div', { role: 'group', 'aria-label': shown }, [
        element('code', {}, [shown]),
        this.#outcome,
        this.#accept,
        this.#reject,
      ]),
    ]);
  }

  get accepted(): Decision {
    return { call: this.#call, outcome: this.#outcome.value, accepted: true };
  }

  get decision(): Decision | undefined {
    return this.#mark && { ...this.accepted, accepted: this.#mark === 'accepted' };
  }

  #toggle(label: string, mark: 'accepted' | 'rejected'): HTMLButtonElement {
    const made = button(label, () => {
      this.#set(this.#mark === mark ? undefined : mark);
    });
    made.setAttribute('aria-pressed', 'false');
    return made;
  }

  #set(mark: 'accepted' | 'rejected' | undefined): void {
    this.#mark = mark;
    this.#accept.setAttribute('aria-pressed', String(mark === 'accepted'));
    this.#reject.setAttribute('aria-pressed', String(mark === 'rejected'));
    this.#changed();
  }
}
