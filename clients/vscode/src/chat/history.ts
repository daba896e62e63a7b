/** The conversations of a workspace, kept by VS Code on this machine and nowhere else. */

import { titleOf, type Thread } from './thread.ts';

const key = 'pillion.chat.threads';
const most = 50;

/** What is needed of `vscode.Memento`. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export class History {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** All conversations, the newest first. */
  all(): Thread[] {
    const stored = this.#memory.get(key);
    const threads = Array.isArray(stored) ? stored.filter(isThread) : [];
    return threads.sort((a, b) => b.when - a.when);
  }

  get(id: string): Thread | undefined {
    return this.all().find((thread) => thread.id === id);
  }

  /** Keep a conversation; beyond fifty the oldest are forgotten. */
  async keep(thread: Thread): Promise<void> {
    const others = this.all().filter(({ id }) => id !== thread.id);
    await this.#memory.update(key, [thread, ...others].slice(0, most));
  }

  async remove(id: string): Promise<void> {
    await this.#memory.update(
      key,
      this.all().filter((thread) => thread.id !== id),
    );
  }

  async clear(): Promise<void> {
    await this.#memory.update(key, []);
  }

  /** Return the conversations that contain all words of `query`, the newest first. */
  search(query: string): Thread[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return this.all().filter((thread) => {
      const text = [titleOf(thread), ...thread.turns.map((turn) => turn.text)]
        .join('\n')
        .toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }
}

function isThread(value: unknown): value is Thread {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'when' in value &&
    typeof value.when === 'number' &&
    'turns' in value &&
    Array.isArray(value.turns)
  );
}
