import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { menu } from '../../src/status/menu.ts';
import type { Status } from '../../src/status/protocol.ts';
import { view, type Situation } from '../../src/status/view.ts';

const ready: Status = {
  state: 'ready',
  model: 'tiny',
  percentage: 100,
  message: '',
  notes: [],
  last: null,
  budget: null,
  counts: {},
};

const running: Situation = {
  server: { kind: 'running', version: '0.1.0' },
  status: ready,
  off: undefined,
  thinking: false,
  lastMs: undefined,
};

function check(change: Partial<Situation>, text: string, detail: RegExp): void {
  const shown = view({ ...running, ...change });
  assert.equal(shown.text, text);
  assert.match(shown.detail, detail);
}

const budget = {
  readPerSecond: 100,
  writePerSecond: 2.5,
  firstWindow: 10,
  window: 100,
  suggestion: 20,
  blocks: true,
};

describe('the status in plain words', () => {
  it('is ready', () => {
    check({}, 'Pillion', /Ready, with the model tiny/);
  });

  it('loads, with a percentage', () => {
    check({ status: { ...ready, state: 'loading', percentage: 43 } }, 'Pillion: loading 43 %', /./);
  });

  it('thinks', () => {
    check({ thinking: true }, 'Pillion: thinking', /is working/);
  });

  it('is slow, and says why', () => {
    check({ status: { ...ready, budget } }, 'Pillion: slow', /writes 2\.5 tokens per second/);
    check({ lastMs: 4200 }, 'Pillion: slow', /took 4\.2 s/);
  });

  it('is off, everywhere or here', () => {
    check({ off: 'everywhere' }, 'Pillion: off', /everywhere/);
    check({ off: 'language' }, 'Pillion: off here', /language/);
    check({ off: 'file' }, 'Pillion: off here', /file/);
    check({ off: 'snoozed' }, 'Pillion: snoozing', /a while/);
  });

  it('has an error, and says what to do', () => {
    const status: Status = { ...ready, state: 'error', message: 'Not downloaded yet.' };
    check({ status }, 'Pillion: model error', /Not downloaded yet/);
    check(
      { server: { kind: 'failed', message: 'Install Python.' } },
      'Pillion: server error',
      /Install Python/,
    );
  });

  it('is being set up', () => {
    check({ server: { kind: 'missing' } }, 'Pillion: set up', /Click to set it up/);
    const server = { kind: 'installing', message: 'Compiling', share: 0.256 } as const;
    check({ server }, 'Pillion: installing 26 %', /Compiling/);
    check({ server: { kind: 'stopped' } }, 'Pillion: stopped', /start/);
  });

  it('never shows a share beyond its limits', () => {
    const server = { kind: 'installing', message: '', share: 1.7 } as const;
    check({ server }, 'Pillion: installing 100 %', /^$/);
  });
});

describe('the menu', () => {
  const here = { language: 'python', languageOff: false, fileOff: false, enabled: true };

  function commands(change: Partial<Situation>, where = here): string[] {
    const situation = { ...running, ...change };
    return menu(situation, view(situation), where).map(({ command }) => command);
  }

  it('offers to set up what is missing, and nothing that cannot work', () => {
    const offered = commands({ server: { kind: 'missing' } });
    assert.equal(offered[0], 'pillion.setUp');
    assert.ok(!offered.includes('pillion.toggle'));
  });

  it('puts the remedy first when the model is missing', () => {
    assert.equal(commands({ status: { ...ready, state: 'error' } })[0], 'pillion.getModel');
  });

  it('offers the switches for the editor in front', () => {
    const offered = commands({});
    assert.ok(offered.includes('pillion.toggleLanguage'));
    assert.ok(offered.includes('pillion.toggleFile'));
  });

  it('wakes up what is snoozed', () => {
    const situation: Situation = { ...running, off: 'snoozed' };
    const entry = menu(situation, view(situation), here).find(({ label }) =>
      label.includes('Wake'),
    );
    assert.deepEqual(entry?.args, [0]);
  });

  it('names why there was nothing', () => {
    const last = {
      outcome: 'model_stopped',
      sentence: 'The model had nothing to add.',
      stages: {},
      tokens: { prompt: 1, evaluated: 1, generated: 0 },
    };
    const situation: Situation = { ...running, status: { ...ready, last } };
    const entry = menu(situation, view(situation), here).find(({ label }) => label.includes('Why'));
    assert.equal(entry?.description, 'The model had nothing to add.');
  });
});
