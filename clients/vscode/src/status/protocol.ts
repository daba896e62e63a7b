/** The content of `pillion/status`; docs/protocol.md describes it. */

export const statusMethod = 'pillion/status';

export interface Status {
  readonly state: 'loading' | 'ready' | 'error' | 'off';
  readonly model: string;
  readonly percentage: number;
  readonly message: string;
  readonly notes: readonly string[];
  readonly last: LastRequest | null;
  readonly budget: Budget | null;
  readonly counts: Readonly<Record<string, number>>;
}

export interface LastRequest {
  /** `suggestion`, or the reason for none. */
  readonly outcome: string;
  readonly sentence: string;
  /** Milliseconds per stage. */
  readonly stages: Readonly<Record<string, number>>;
  readonly tokens: {
    readonly prompt: number;
    readonly evaluated: number;
    readonly generated: number;
  };
  /** The code from elsewhere that the model saw; lines count from 1. Older servers lack it. */
  readonly context?: readonly {
    readonly source: string;
    readonly path: string;
    readonly first: number;
    readonly last: number;
    readonly why: string;
  }[];
}

export interface Budget {
  readonly readPerSecond: number;
  readonly writePerSecond: number;
  readonly firstWindow: number;
  readonly window: number;
  readonly suggestion: number;
  readonly blocks: boolean;
}
