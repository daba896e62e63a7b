/** The menu of the status item, as values: what can be done now, in the order of use. */

import type { Situation, View } from './view.ts';

export interface Entry {
  readonly label: string;
  readonly description?: string;
  readonly command: string;
  readonly args?: readonly unknown[];
}

export interface Here {
  /** The language of the editor in front, if there is one. */
  readonly language: string | undefined;
  /** Suggestions are turned off for the language of the editor in front. */
  readonly languageOff: boolean;
  readonly fileOff: boolean;
  readonly enabled: boolean;
}

/** Return the entries of the menu. */
export function menu(situation: Situation, shown: View, here: Here): Entry[] {
  const { server, status } = situation;
  if (server.kind === 'missing') {
    return [
      { label: '$(cloud-download) Set up Pillion', command: 'pillion.setUp' },
      { label: '$(gear) Use a server of your own…', command: 'pillion.chooseServer' },
      help,
    ];
  }
  if (server.kind === 'installing') {
    return [{ label: '$(output) Show the log', command: 'pillion.showLog' }, help];
  }
  if (server.kind !== 'running') {
    return [
      { label: '$(refresh) Start the server', command: 'pillion.restartServer' },
      { label: '$(cloud-download) Set up Pillion', command: 'pillion.setUp' },
      { label: '$(output) Show the log', command: 'pillion.showLog' },
      { label: '$(gear) Use a server of your own…', command: 'pillion.chooseServer' },
      help,
    ];
  }
  return [
    ...remedies(situation),
    ...switches(situation, here),
    {
      label: '$(package) Model…',
      ...(status ? { description: status.model } : {}),
      command: 'pillion.chooseModel',
    },
    {
      label: '$(question) Why no suggestion?',
      description: shown.mood === 'off' ? shown.detail : (status?.last?.sentence ?? ''),
      command: 'pillion.showTrace',
    },
    { label: '$(graph) Statistics of this session', command: 'pillion.showStatistics' },
    { label: '$(pulse) Run the doctor', command: 'pillion.doctor' },
    { label: '$(output) Show the log', command: 'pillion.showLog' },
    { label: '$(debug-restart) Restart the server', command: 'pillion.restartServer' },
    { label: '$(gear) Settings', command: 'pillion.openSettings' },
    help,
  ];
}

const help: Entry = { label: '$(book) Getting started', command: 'pillion.openWalkthrough' };

function remedies({ status }: Situation): Entry[] {
  if (status?.state !== 'error') {
    return [];
  }
  return [
    { label: `$(cloud-download) Get the model ${status.model}`, command: 'pillion.getModel' },
    { label: '$(debug-restart) Restart the engine', command: 'pillion.restartModel' },
  ];
}

function switches(situation: Situation, here: Here): Entry[] {
  const entries: Entry[] = [
    here.enabled
      ? { label: '$(circle-slash) Turn suggestions off everywhere', command: 'pillion.toggle' }
      : { label: '$(check) Turn suggestions on', command: 'pillion.toggle' },
  ];
  if (here.enabled && here.language !== undefined) {
    const turn = (off: boolean): string => (off ? '$(check) Turn on' : '$(circle-slash) Turn off');
    entries.push(
      {
        label: `${turn(here.languageOff)} for ${here.language}`,
        command: 'pillion.toggleLanguage',
      },
      { label: `${turn(here.fileOff)} for this file`, command: 'pillion.toggleFile' },
    );
  }
  if (here.enabled) {
    entries.push(
      situation.off === 'snoozed'
        ? { label: '$(bell) Wake up', command: 'pillion.snooze', args: [0] }
        : { label: '$(bell-slash) Snooze…', command: 'pillion.snooze' },
    );
  }
  return entries;
}
