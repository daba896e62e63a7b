/** Where messages are written: text, attached code, and the lists that `@` and `/` open. */

import type { FromView, ViewState } from '../src/chat/messages.ts';
import type { Attached } from '../src/chat/thread.ts';
import { button, element, replace } from './elements.ts';

interface Option {
  readonly label: string;
  readonly description?: string;
  readonly take: () => void;
}

const listId = 'options';

export class Composer {
  readonly element: HTMLElement;
  readonly #send: (message: FromView) => void;
  readonly #field: HTMLTextAreaElement;
  readonly #chips = element('ul', { class: 'chips', 'aria-label': 'Attached' });
  readonly #list = element('ul', { id: listId, role: 'listbox', 'aria-label': 'Suggestions' });
  readonly #submit: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  #attached: Attached[] = [];
  #options: readonly Option[] = [];
  #chosen = 0;
  #state: ViewState | undefined;

  constructor(send: (message: FromView) => void) {
    this.#send = send;
    this.#field = element('textarea', {
      rows: '3',
      'aria-label': 'Message to Pillion',
      'aria-autocomplete': 'list',
      'aria-controls': listId,
      placeholder: 'Ask about your code',
    });
    this.#submit = button('Send', () => {
      this.#submitMessage();
    });
    this.#stop = button('Stop', () => {
      send({ type: 'stop' });
    });
    this.#stop.hidden = true;
    this.#list.hidden = true;
    this.#chips.hidden = true;
    this.#field.addEventListener('input', () => {
      this.#look();
    });
    this.#field.addEventListener('keydown', (event) => {
      this.#key(event);
    });
    this.#field.addEventListener('blur', () => {
      // A click on an option takes the focus first.
      setTimeout(() => {
        this.#close();
      }, 200);
    });
    this.element = element('section', { class: 'composer', 'aria-label': 'Write a message' }, [
      this.#list,
      this.#chips,
      this.#field,
      element('div', { class: 'actions' }, [this.#submit, this.#stop]),
    ]);
  }

  focus(): void {
    this.#field.focus();
  }

  update(state: ViewState): void {
    this.#state = state;
    const available = state.unavailable === undefined;
    this.#field.disabled = !available;
    this.#submit.disabled = !available || state.busy;
    this.#stop.hidden = !state.busy;
  }

  attach(attached: Attached): void {
    if (!this.#attached.some(({ label }) => label === attached.label)) {
      this.#attached.push(attached);
      this.#drawChips();
    }
  }

  /** Show what an `@` may mean, if it is still what is being written. */
  suggest(query: string, found: readonly Attached[]): void {
    if (this.#query() === query) {
      this.#open(
        found.map((attached) => ({
          label: attached.label,
          take: () => {
            this.#cut();
            this.attach(attached);
          },
        })),
      );
    }
  }

  /** The text behind an `@` before the cursor; none without one. */
  #query(): string | undefined {
    const before = this.#field.value.slice(0, this.#field.selectionStart);
    return /(?:^|\s)@([^@\n]{0,60})$/.exec(before)?.[1];
  }

  /** Take the `@` and what is behind it out of the message; it has become a chip. */
  #cut(): void {
    const end = this.#field.selectionStart;
    const start = this.#field.value.slice(0, end).lastIndexOf('@');
    this.#field.setRangeText('', start, end, 'end');
  }

  #look(): void {
    const name = /^\/([\w-]*)$/.exec(this.#field.value)?.[1];
    const query = this.#query();
    if (name !== undefined) {
      const commands = this.#state?.commands ?? [];
      this.#open(
        commands
          .filter((command) => command.name.startsWith(name))
          .map((command) => ({
            label: `/${command.name}`,
            description: command.description,
            take: () => {
              this.#field.value = `/${command.name} `;
            },
          })),
      );
    } else if (query === undefined) {
      this.#close();
    } else {
      this.#send({ type: 'suggest', query });
    }
  }

  #key(event: KeyboardEvent): void {
    if (!this.#list.hidden && this.#listKey(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submitMessage();
    } else if (event.key === 'Escape' && this.#state?.busy) {
      this.#send({ type: 'stop' });
    }
  }

  /** Handle a key that is for the open list; return whether it was. */
  #listKey(key: string): boolean {
    switch (key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        const step = key === 'ArrowDown' ? 1 : -1;
        this.#chosen = (this.#chosen + step + this.#options.length) % this.#options.length;
        this.#drawOptions();
        return true;
      }
      case 'Enter':
      case 'Tab':
        this.#take(this.#chosen);
        return true;
      case 'Escape':
        this.#close();
        return true;
      default:
        return false;
    }
  }

  #submitMessage(): void {
    const text = this.#field.value;
    if (
      text.trim() === '' ||
      this.#state?.busy !== false ||
      this.#state.unavailable !== undefined
    ) {
      return;
    }
    this.#send({ type: 'send', text, attached: this.#attached });
    this.#field.value = '';
    this.#attached = [];
    this.#drawChips();
    this.#close();
  }

  #open(options: readonly Option[]): void {
    this.#options = options;
    this.#chosen = 0;
    this.#drawOptions();
  }

  #close(): void {
    this.#open([]);
  }

  #take(index: number): void {
    this.#options[index]?.take();
    this.#close();
    this.#field.focus();
  }

  #drawOptions(): void {
    const items = this.#options.map(({ label, description }, index) => {
      const item = element(
        'li',
        { role: 'option', id: `option-${index}`, 'aria-selected': String(index === this.#chosen) },
        description === undefined ? [label] : [label, element('span', {}, [description])],
      );
      item.addEventListener('mousedown', (event) => {
        event.preventDefault();
        this.#take(index);
      });
      return item;
    });
    replace(this.#list, items);
    this.#list.hidden = items.length === 0;
    if (items.length > 0) {
      this.#field.setAttribute('aria-activedescendant', `option-${this.#chosen}`);
    } else {
      this.#field.removeAttribute('aria-activedescendant');
    }
  }

  #drawChips(): void {
    const chips = this.#attached.map((attached) =>
      element('li', {}, [
        attached.label,
        button(
          '×',
          () => {
            this.#attached = this.#attached.filter((other) => other !== attached);
            this.#drawChips();
            this.focus();
          },
          `Remove ${attached.label}`,
        ),
      ]),
    );
    replace(this.#chips, chips);
    this.#chips.hidden = chips.length === 0;
  }
}
