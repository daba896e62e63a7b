/** What can be said of the server as a program, before it says anything about its model. */

export type ServerState =
  /** There is no server on this machine yet. */
  | { readonly kind: 'missing' }
  /** It is being installed; `share` is from 0 to 1. */
  | { readonly kind: 'installing'; readonly message: string; readonly share: number }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly version: string }
  /** It cannot be started, or ended again and again; `message` says what to do. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'stopped' };
