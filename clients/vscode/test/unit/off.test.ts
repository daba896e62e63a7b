import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toggled, whyOff, type Switches } from '../../src/off.ts';

const on: Switches = { enable: true, disabledLanguages: [], files: new Set(), snoozedUntil: 0 };
const file = { uri: 'file:///a.md', languageId: 'markdown' };

function check(change: Partial<Switches>, expected: string | undefined): void {
  assert.equal(whyOff({ ...on, ...change }, file, 1000), expected);
}

describe('where suggestions are off', () => {
  it('is nowhere at first', () => {
    check({}, undefined);
  });

  it('is everywhere, before all else', () => {
    check({ enable: false, snoozedUntil: 2000, files: new Set([file.uri]) }, 'everywhere');
  });

  it('is a while, until it is over', () => {
    check({ snoozedUntil: 1001 }, 'snoozed');
    check({ snoozedUntil: 1000 }, undefined);
  });

  it('is a language or a file', () => {
    check({ disabledLanguages: ['markdown'] }, 'language');
    check({ files: new Set([file.uri]) }, 'file');
    check({ disabledLanguages: ['python'], files: new Set(['file:///b']) }, undefined);
  });

  it('does not need a document', () => {
    assert.equal(whyOff({ ...on, disabledLanguages: ['markdown'] }, undefined, 0), undefined);
  });

  it('is toggled in a list', () => {
    assert.deepEqual(toggled(['a'], 'b'), ['a', 'b']);
    assert.deepEqual(toggled(['a', 'b'], 'a'), ['b']);
  });
});
