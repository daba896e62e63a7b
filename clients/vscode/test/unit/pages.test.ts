import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doctorPage } from '../../src/doctor.ts';
import type { Status } from '../../src/status/protocol.ts';
import { statisticsPage, tracePage } from '../../src/status/trace.ts';

const status: Status = {
  state: 'ready',
  model: 'tiny',
  percentage: 100,
  message: '',
  notes: ['The file is unverified.'],
  last: {
    outcome: 'repeats_suffix',
    sentence: 'The model only repeated what follows the cursor.',
    stages: { prompt: 1.25, engine: 40 },
    tokens: { prompt: 300, evaluated: 2, generated: 9 },
    context: [
      { source: 'similar', path: 'src/a.py', first: 3, last: 18, why: 'like the lines here' },
    ],
  },
  budget: {
    readPerSecond: 120,
    writePerSecond: 20,
    firstWindow: 150,
    window: 1024,
    suggestion: 40,
    blocks: false,
  },
  counts: { shown: 4, accepted: 1, partlyAccepted: 2 },
};

describe('the trace', () => {
  it('says why there was nothing, and where the time went', () => {
    const page = tracePage(status, { language: 'python', milliseconds: 55.4, result: 'nothing' });
    assert.match(page, /nothing, after 55 ms/);
    assert.match(page, /`repeats_suffix`\): The model only repeated/);
    assert.match(page, /\| engine \| 40\.0 \|/);
    assert.match(page, /read anew.*\| 2 \|/);
    assert.match(page, /\| src\/a\.py \| 3 to 18 \| like the lines here \|/);
    assert.match(page, /is one line\./);
    assert.match(page, /> The file is unverified\./);
  });

  it('has something to say before the first request and without a server', () => {
    assert.match(tracePage({ ...status, last: null }, undefined), /There was no request yet/);
    assert.match(tracePage(undefined, undefined), /The server is not running/);
  });
});

describe('the statistics', () => {
  it('have a rate once something was shown', () => {
    assert.match(statisticsPage(status), /Of 4 suggestions shown, 1 were accepted.*\(25 %\)/);
  });

  it('have none before', () => {
    assert.match(statisticsPage(undefined), /Nothing has happened yet/);
  });
});

describe("the doctor's page", () => {
  it('has what is wrong first, with the remedy', () => {
    const page = doctorPage([
      { level: 'ok', subject: 'disk', text: 'Fine.', mend: '' },
      { level: 'error', subject: 'model', text: 'Missing.', mend: 'Get it.' },
    ]);
    assert.match(page, /1 to look at/);
    assert.ok(page.indexOf('model') < page.indexOf('disk'));
    assert.match(page, /To mend it: Get it\./);
  });
});
