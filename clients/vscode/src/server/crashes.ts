/** When to start a server again that has ended by itself. */

const window = 3 * 60_000;
const most = 5;

/** Counts ends; after five within three minutes it is better left alone. */
export class Crashes {
  #times: number[] = [];

  /** Note an end; return whether to start again. */
  again(now: number): boolean {
    this.#times = [...this.#times.filter((time) => now - time < window), now];
    return this.#times.length < most;
  }

  forget(): void {
    this.#times = [];
  }
}
