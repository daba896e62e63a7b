/** The chat with the real server and the default model. */

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { picture, scenario, type Scenario } from './scenario.ts';
import { openChat, send } from './chat.ts';

export const talk: Scenario[] = [
  scenario('the chat answers a question about the open file, word by word', async (stage) => {
    const window = await openChat(stage);
    const view = window.webview();
    await send(window, 'What does the function total return?');
    const answer = view.locator('.turn.assistant .text');
    // It streams: there is text while the answer is still busy.
    await view.locator('.turn.assistant[aria-busy="true"] .text').getByText(/\w/).waitFor();
    const part = (await answer.last().textContent()) ?? '';
    await view.getByRole('button', { name: 'Try again' }).waitFor();
    const whole = (await answer.last().textContent()) ?? '';
    assert.ok(whole.length >= part.length, `${part} / ${whole}`);
    assert.match(whole, /price|quantit|sum|total/i);
    await picture(window.page, 'chat-answer');
    // The second turn knows the first.
    await send(window, 'Say it in five words.');
    await view.getByRole('button', { name: 'Stop' }).waitFor();
    await view.getByRole('button', { name: 'Try again' }).waitFor();
    assert.equal(await view.locator('.turn.assistant').count(), 2);
  }),

  scenario('a stop is obeyed at once, and chips are read by the server', async (stage) => {
    const window = await openChat(stage);
    const view = window.webview();
    const field = view.getByLabel('Message to Pillion');
    await field.focus();
    await window.page.keyboard.type('Explain every line of this at length @app');
    await view.getByRole('option', { name: '@file app.py' }).click();
    await field.press('Enter');
    const writing = view.locator('.turn.assistant[aria-busy="true"] .text');
    await writing.filter({ hasText: /\w{3}/ }).first().waitFor();
    await view.getByRole('button', { name: 'Stop' }).click();
    await view.getByText('Stopped.').waitFor();
    const said = await view.locator('.turn.assistant .text').last().textContent();
    await window.page.waitForTimeout(700);
    assert.equal(await view.locator('.turn.assistant .text').last().textContent(), said);
  }),

  asks('chat', 'diff-preview'),
  understands('chat-examples'),
];

/** The same in a dark theme, for the pictures. */
export const talkInTheDark: Scenario[] = [
  asks('chat-dark', 'diff-preview-dark'),
  understands('chat-examples-dark'),
];

const request = 'Write a Python function largest(values) that returns the largest value of a list.';

/** An unclear request, a question with buttons, the code that follows, and that code in the file. */
function asks(question: string, diff: string): Scenario {
  return scenario(
    `the chat asks, and its code is applied as a diff (${question})`,
    async (stage) => {
      const window = await openChat(stage);
      const { page } = window;
      const view = window.webview();
      await send(window, request);
      const group = view.getByRole('group').filter({ hasText: 'largest(' });
      await group.waitFor();
      await group.getByRole('button', { name: 'You decide' }).waitFor();
      await group.getByRole('button', { name: 'Just answer' }).waitFor();
      await page.setViewportSize({ width: 1200, height: 740 });
      await page.waitForTimeout(700);
      await picture(page, question);
      const words = await group.locator('.text').innerText();
      await group.getByRole('button').first().click();
      await view.locator('.turn.assistant').first().filter({ hasText: words }).waitFor();
      // The block says which file it is for.
      await view.locator('.block[data-info="python app.py"]').first().waitFor();
      await view.getByRole('button', { name: 'Show as a diff and apply' }).first().click();
      const apply = page
        .locator('.editor-actions')
        .getByRole('button', { name: /Apply the Changes/ });
      await apply.waitFor();
      await page.locator('.monaco-diff-editor').first().waitFor();
      await page.waitForTimeout(1500);
      await picture(page, diff);
      await apply.click();
      await page.locator('.monaco-diff-editor').first().waitFor({ state: 'detached' });
      await page.waitForTimeout(1000);
      const text = await window.text();
      assert.equal(text.match(/def largest/g)?.length, 1, text);
    },
  );
}

/** Requests that leave much open; the drafts are drawn, and may happen to be alike. */
const open = [
  ['shorten', 'Write a Python function shorten(text, size) that shortens a long text.'],
  ['normalize', 'Write a Python function normalize(values) that normalizes a list of numbers.'],
  ['summary', 'Write a Python function summary(values) that gives a summary of a list of numbers.'],
] as const;

/** A question, the examples that follow the answer, the code that does them, and their tests. */
function understands(name: string): Scenario {
  return scenario(`the chat shows what it understood (${name})`, async (stage) => {
    const window = await openChat(stage);
    const { page } = window;
    const view = window.webview();
    await page.setViewportSize({ width: 1200, height: 900 });
    const examples = view.getByRole('group', { name: 'Are these examples right?' });
    const question = view.locator('.question:not(.examples)');
    const code = view.locator('.block[data-info="python app.py"]');
    let made = '';
    for (const [called, text] of open) {
      made = called;
      await send(window, text);
      await question.or(code).first().waitFor();
      if (await question.isVisible()) {
        await page.waitForTimeout(700);
        await picture(page, `${name}-question`);
      }
      while (await question.isVisible()) {
        await question.getByRole('button').first().click();
        await view.locator('[aria-busy="true"]').waitFor();
        await view.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
      }
      if (await examples.isVisible()) {
        break;
      }
      await view.getByRole('button', { name: 'New chat' }).click();
    }
    const rows = examples.locator('li');
    await rows.nth(0).getByRole('button', { name: 'Accept' }).click();
    await rows.nth(1).getByRole('button', { name: 'Accept' }).click();
    await page.waitForTimeout(700);
    await picture(page, name);
    await examples.getByRole('button', { name: 'Use what is marked' }).click();
    await code.first().waitFor();
    await view.getByText(/that you accepted/).waitFor();
    await page.waitForTimeout(700);
    await picture(page, `${name}-accepted`);
    await view.getByRole('button', { name: 'Show as a diff and apply' }).first().click();
    await apply(page, `${name}-diff`);
    assert.ok((await window.text()).includes(`def ${made}`));
    await view.getByRole('button', { name: 'Add the accepted examples' }).click();
    await apply(page, `${name}-tests`);
    const tests = await stage.read('tests', 'test_app.py');
    assert.ok(tests.includes(`from app import ${made}`), tests);
    assert.equal(tests.match(/^def test_/gm)?.length, 2);
  });
}

/** Look at the diff on screen, and apply it. */
async function apply(page: Page, name: string): Promise<void> {
  const button = page.locator('.editor-actions').getByRole('button', { name: /Apply the Changes/ });
  await button.waitFor();
  await page.locator('.monaco-diff-editor').first().waitFor();
  await page.waitForTimeout(1500);
  await picture(page, name);
  await button.click();
  await page.locator('.monaco-diff-editor').first().waitFor({ state: 'detached' });
  await page.waitForTimeout(1000);
}
