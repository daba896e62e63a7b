/** First run from the vsix in a clean profile, bad input at that, and folders that are not trusted. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { picture, scenario } from './scenario.ts';

export const firstRun = [
  scenario('the vsix sets itself up after one click, and completes code', async (stage) => {
    const window = await stage.window('app.py');
    await window.says('Pillion: set up');
    await window.notified('Pillion completes code with a model');
    await picture(window.page, 'first-run');
    await window.notifications.getByRole('button', { name: 'Set Up' }).click();
    await window.says(/Pillion: installing \d+ %/);
    await window.says(/^\W*Pillion( ?: slow)?$/);
    await window.typeAtEnd('def cheapest(items: list[Item]) -> Item:\n');
    assert.notEqual(await window.waitForGhost(), '');
  }),
];

export const noPython = [
  scenario('without a Python the first run says which one it needs', async (stage) => {
    const window = await stage.window('app.py');
    await window.notified('Pillion completes code with a model');
    await window.notifications.getByRole('button', { name: 'Set Up' }).click();
    await window.notified('Pillion needs Python 3.11 or newer');
    await window.says('Pillion: server error');
  }),
];

export const untrusted = [
  scenario('a folder that is not trusted has no say, and nothing in it is run', async (stage) => {
    const window = await stage.window('app.py');
    await window.page.getByText('Restricted Mode').first().waitFor();
    // Its settings turn Python off and name a program and a model of its own.
    await window.says(/^\W*Pillion( ?: slow)?$/);
    await window.typeAtEnd('def cheapest(items):\n');
    assert.notEqual(await window.waitForGhost(), '');
    assert.ok(!existsSync(join(stage.workspace, 'it-was-run')));
  }),
];
