/** The status bar, its menu and pages, and the walkthrough. */

import assert from 'node:assert/strict';
import { picture, scenario } from './scenario.ts';

export const status = [
  scenario('the status item opens a menu that turns a language off and on', async (stage) => {
    const window = await stage.window('app.py');
    const { page } = window;
    await window.says(/^\W*Pillion( ?: slow)?$/);
    await window.status.click();
    const rows = page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'Turn off for python' }).waitFor();
    await picture(page, 'status-menu', 0);
    await rows.filter({ hasText: 'Turn off for python' }).click();
    await window.says('Pillion: off here');
    await window.typeAtEnd('def add(a, b):\n');
    await page.waitForTimeout(2500);
    assert.ok(!(await window.ghost.isVisible()));
    await window.status.click();
    await rows.filter({ hasText: 'Turn on for python' }).click();
    await window.says(/^\W*Pillion( ?: (slow|thinking))?$/);
    await window.typeAtEnd('return ');
    await window.waitForGhost();
  }),

  scenario('the trace of the last request is a page that can be read', async (stage) => {
    const window = await stage.window('app.py');
    await window.typeAtEnd('def add(a, b):\n');
    await window.waitForGhost();
    await window.command('Pillion: Why No Suggestion?');
    const body = window.webview().locator('body');
    await body.getByText('The server made a suggestion').waitFor();
    await body.getByText('What this machine allows').waitFor();
    await picture(window.page, 'trace');
  }),

  scenario('the walkthrough leads to a first completion', async (stage) => {
    const window = await stage.window();
    await window.says(/^\W*Pillion( ?: slow)?$/);
    await window.command('Pillion: Getting Started');
    const steps = window.page.locator('.gettingStartedContainer');
    await steps.getByText('Get Started with Pillion').first().waitFor();
    await steps.getByText('Try a completion').first().click();
    await steps.getByText('Grey text is a suggestion').first().waitFor();
    await window.page.waitForTimeout(500);
    await picture(window.page, 'walkthrough');
    await steps.getByRole('button', { name: 'Try a Completion', exact: true }).click();
    await window.lines.filter({ hasText: 'is_prime' }).waitFor();
    await window.page.keyboard.press('Control+End');
    assert.notEqual(await window.waitForGhost(), '');
  }),
];
