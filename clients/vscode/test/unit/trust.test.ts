import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutRunning } from '../../src/server/trust.ts';

test('nothing of a folder is run that is not trusted', () => {
  const settings = { model: 'm', edit: { rounds: 3, linters: true }, repair: { runTests: true } };
  assert.deepEqual(withoutRunning(settings), {
    model: 'm',
    edit: { rounds: 3, linters: false },
    repair: { runTests: false },
  });
  assert.deepEqual(withoutRunning({}), { edit: { linters: false }, repair: { runTests: false } });
  assert.equal(withoutRunning(null), null);
});
