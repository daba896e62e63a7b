/**
 * Where the user wants no suggestions: everywhere, in a language, in a file, or for some time.
 *
 * The first two are settings of the server; the others are this extension's own. Values only.
 */

export interface Switches {
  readonly enable: boolean;
  readonly disabledLanguages: readonly string[];
  /** URIs of files. */
  readonly files: ReadonlySet<string>;
  /** Milliseconds since 1970; in the past when nothing is snoozed. */
  readonly snoozedUntil: number;
}

export type Off = 'everywhere' | 'language' | 'file' | 'snoozed';

/** Return why there are no suggestions in a document, or nothing. */
export function whyOff(
  switches: Switches,
  document: { readonly uri: string; readonly languageId: string } | undefined,
  now: number,
): Off | undefined {
  if (!switches.enable) {
    return 'everywhere';
  }
  if (now < switches.snoozedUntil) {
    return 'snoozed';
  }
  if (document && switches.disabledLanguages.includes(document.languageId)) {
    return 'language';
  }
  return document && switches.files.has(document.uri) ? 'file' : undefined;
}

/** Return `list` with `item` in it, or without it where it was. */
export function toggled(list: readonly string[], item: string): string[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}
