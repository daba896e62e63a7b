/** What the server is told in a folder that the user does not trust: nothing of it is run. */

const running = { edit: 'linters', repair: 'runTests' } as const;

/** Return settings of Pillion with everything off that would run code or programs of the folder. */
export function withoutRunning(settings: unknown): unknown {
  if (!isGroup(settings)) {
    return settings;
  }
  const off = Object.entries(running).map(([group, key]) => {
    const kept = settings[group];
    return [group, { ...(isGroup(kept) ? kept : {}), [key]: false }];
  });
  return { ...settings, ...Object.fromEntries(off) };
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
