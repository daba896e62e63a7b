/** The chat view, on a server with a scripted chat, or with none (chat_server.py). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Locator } from 'playwright-core';
import { picture, scenario, type Scenario, type Stage } from './scenario.ts';
import type { Window } from './window.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const themes = [
  'Default Light Modern',
  'Default Dark Modern',
  'Default High Contrast',
  'Default High Contrast Light',
];

/** On an older server. */
export const noChat = [
  scenario('the chat view says plainly that this server has no chat', async (stage) => {
    const window = await stage.window('app.py');
    await window.says(/^\W*Pillion( ?: slow)?$/);
    await window.command('Pillion: Ask in the Chat');
    const chat = window.webview();
    await chat.getByText(/This server \(Pillion [\d.]+\) has no chat/).waitFor();
    assert.ok(await chat.getByLabel('Message to Pillion').isDisabled());
    assert.ok(await chat.getByRole('button', { name: 'Send' }).isDisabled());
  }),
];

export const chat = [
  scenario('the chat streams, asks back with buttons, and remembers', async (stage) => {
    const window = await openChat(stage);
    const view = window.webview();
    await send(window, 'How do I sort the items?');
    await view.getByText('Which order do you want?').first().waitFor();
    await view.locator('.hljs-keyword').first().waitFor();
    await view.getByRole('button', { name: 'Descending', exact: true }).click();
    // The whole conversation was sent: question, answer, choice.
    await view.getByText('Done: Descending. 3 messages were sent.').waitFor();
    await view.getByRole('button', { name: 'New chat' }).click();
    await view.getByText('Ask about your code.').waitFor();
    await view.getByRole('button', { name: 'History' }).click();
    await view.getByLabel('Search earlier chats').fill('sort');
    await view.getByRole('button', { name: 'How do I sort the items?', exact: true }).click();
    await view.getByText('Done: Descending.').waitFor();
    await view.getByRole('button', { name: 'History' }).click();
    await view.getByRole('button', { name: 'Delete How do I sort the items?' }).click();
    await view.getByText('No chats yet.').waitFor();
  }),

  scenario('an answer can be stopped, tried again, and fails in plain words', async (stage) => {
    const window = await openChat(stage);
    const view = window.webview();
    await send(window, 'Be slow.');
    await view.getByText('word5 ').waitFor();
    await view.getByRole('button', { name: 'Stop' }).click();
    await view.getByText('Stopped.').waitFor();
    assert.match((await view.locator('.turn.assistant .text').textContent()) ?? '', /word5/);
    await view.getByRole('button', { name: 'Try again' }).click();
    await view.getByRole('button', { name: 'Stop' }).click();
    await view.getByText('Stopped.').waitFor();
    assert.equal(await view.locator('.turn.user').count(), 1);
    await send(window, 'Now fail.');
    await view.getByText('The model is still loading; ask again in a moment.').waitFor();
  }),

  scenario('code of an answer is applied as a diff, and undone in one step', async (stage) => {
    const window = await openChat(stage);
    const { page } = window;
    const view = window.webview();
    await send(window, 'How do I sort the items?');
    await view.getByRole('button', { name: 'Show as a diff and apply' }).click();
    const apply = page
      .locator('.editor-actions')
      .getByRole('button', { name: /Apply the Changes/ });
    await apply.waitFor();
    await page.locator('.diff-editor, .monaco-diff-editor').first().waitFor();
    await apply.click();
    await window.lines.filter({ hasText: /ordered\s=\ssorted/ }).waitFor();
    // The function is written anew in its place, not a second time.
    assert.equal((await window.text()).match(/def\stotal/g)?.length, 1);
    assert.match(await window.text(), /ordered\s=\ssorted/);
    // The tab of the diff is closed, and the editor has the focus by then.
    await page.locator('.monaco-diff-editor').first().waitFor({ state: 'detached' });
    await page.waitForTimeout(1000);
    await window.lines.click();
    await page.keyboard.press('Control+z');
    await window.lines.filter({ hasNotText: /ordered\s=\ssorted/ }).waitFor();
    assert.match(await window.text(), /all items together\.""/);
  }),

  scenario("the server's own edits are shown first, too", async (stage) => {
    const window = await openChat(stage);
    const view = window.webview();
    await send(window, 'Please edit.');
    const discard = window.page
      .locator('.editor-actions')
      .getByRole('button', { name: /Discard the Changes/ });
    await discard.click();
    await view.getByText('Not applied: The user rejected it.').waitFor();
    await send(window, 'Please edit again.');
    await window.page
      .locator('.editor-actions')
      .getByRole('button', { name: /Apply the Changes/ })
      .click();
    await view.getByText('It was applied.').waitFor();
    await window.lines.filter({ hasText: /A\snew\sfirst\sline/ }).waitFor();
  }),

  scenario('examples are accepted, rejected and changed, and become tests', async (stage) => {
    const window = await openChat(stage);
    const { page } = window;
    const view = window.webview();
    await send(window, 'Write largest(values).');
    const group = view.getByRole('group', { name: 'Are these examples right?' });
    const use = group.getByRole('button', { name: 'Use what is marked' });
    await use.waitFor();
    assert.ok(await use.isDisabled());
    // By keys: change the first, accept the second, reject the third.
    const row = (call: string): Locator => group.getByRole('group', { name: call, exact: true });
    const field = group.getByLabel('What largest([]) gives');
    await field.press('Control+a');
    await field.pressSequentially('None');
    await field.press('Tab');
    assert.equal(await view.locator(':focus').textContent(), 'Accept');
    await row('largest([3, 1, 2])').getByRole('button', { name: 'Accept' }).press('Space');
    await row("largest(['b', 'a'])").getByRole('button', { name: 'Reject' }).press('Enter');
    const pressed = group.locator('button[aria-pressed="true"]');
    assert.deepEqual(await pressed.allTextContents(), ['Accept', 'Accept', 'Reject']);
    await group.getByLabel('An example of your own').pressSequentially('largest([7]) == 7');
    await picture(page, 'examples-marked');
    await use.click();
    await view.getByText('It does all of it.').waitFor();
    assert.equal(
      await view.locator('.turn.user .text').last().textContent(),
      '- accepted: `largest([])` returns `None`\n' +
        '- accepted: `largest([3, 1, 2])` returns `3`\n' +
        "- rejected: `largest(['b', 'a'])` raises `TypeError`\n" +
        'largest([7]) == 7',
    );
    // What was decided stays in the conversation.
    await view.getByRole('button', { name: 'New chat' }).click();
    await view.getByRole('button', { name: 'History' }).click();
    await view.getByRole('button', { name: 'Write largest(values).', exact: true }).click();
    await view.getByText('- accepted: `largest([])` returns `None`').waitFor();
    await view.getByRole('button', { name: 'Add the accepted examples' }).click();
    const apply = page
      .locator('.editor-actions')
      .getByRole('button', { name: /Apply the Changes/ });
    await apply.waitFor();
    await page.locator('.monaco-diff-editor').first().waitFor();
    await page.waitForTimeout(1500);
    await picture(page, 'examples-as-tests');
    await apply.click();
    await page.locator('.monaco-diff-editor').first().waitFor({ state: 'detached' });
    const written = await stage.read('tests', 'test_app.py');
    assert.match(written, /from app import largest/);
    assert.match(written, /assert largest\(\[\]\) is None/);
  }),

  scenario('the chat can be used with the keyboard alone', async (stage) => {
    const window = await openChat(stage);
    const { page } = window;
    const view = window.webview();
    const field = view.getByLabel('Message to Pillion');
    await field.focus();
    await page.keyboard.type('/te');
    await view.getByRole('option', { name: /tests/ }).waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), '/tests ');
    await page.keyboard.type('sort these @app');
    await view.getByRole('option', { name: '@file app.py' }).waitFor();
    await page.keyboard.press('Enter');
    await view.locator('.composer .chips').getByText('@file app.py').waitFor();
    await page.keyboard.press('Enter');
    await view.getByText('1 attached.').waitFor();
    await page.keyboard.press('Shift+Tab');
    const focused = await view.locator(':focus').textContent();
    assert.notEqual(focused, null);
  }),
];

/** Whether everybody can use it: one scenario per theme, each for a VS Code of that theme. */
export function accessible(theme: string): Scenario[] {
  return [
    scenario(`the chat has no serious fault of accessibility in ${theme}`, async (stage) => {
      const window = await openChat(stage);
      await send(window, 'How do I sort the items?');
      const view = window.webview();
      await view.getByText('Which order do you want?').first().waitFor();
      await picture(window.page, `chat-${theme.toLowerCase().replaceAll(' ', '-')}`);
      await view.getByRole('button', { name: 'History' }).click();
      await view.getByLabel('Search earlier chats').waitFor();
      assert.deepEqual(await examine(window), []);
      await view.getByRole('button', { name: 'History' }).click();
      await send(window, 'Write largest(values).');
      const row = view.getByRole('group', { name: 'largest([])' });
      await row.getByRole('button', { name: 'Accept' }).click();
      await picture(window.page, `examples-${theme.toLowerCase().replaceAll(' ', '-')}`);
      assert.deepEqual(await examine(window), []);
    }),
  ];
}

export async function openChat(stage: Stage): Promise<Window> {
  const window = await stage.window('app.py');
  await window.says(/^\W*Pillion( ?: slow)?$/);
  await window.command('Pillion: Ask in the Chat');
  await window.webview().getByText('Ask about your code.').waitFor();
  // As wide as a person would have it.
  const { mouse } = window.page;
  const edge = { x: 290, y: 300 };
  await mouse.move(edge.x, edge.y);
  await mouse.down();
  await mouse.move(edge.x + 150, edge.y, { steps: 5 });
  await mouse.up();
  await mouse.move(edge.x + 400, edge.y);
  return window;
}

export async function send(window: Window, text: string): Promise<void> {
  const field = window.webview().getByLabel('Message to Pillion');
  await field.fill(text);
  await field.press('Enter');
}

/** Return what axe finds that is serious or worse. */
async function examine(window: Window): Promise<string[]> {
  const frame = await innerFrame(window);
  await frame.evaluate(axe);
  return frame.evaluate(async () => {
    const { axe: runner } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: {
            id: string;
            impact: string;
            nodes: { html: string; failureSummary: string }[];
          }[];
        }>;
      };
    };
    const { violations } = await runner.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      );
  });
}

async function innerFrame(window: Window): Promise<Frame> {
  const outer = window.page.locator('iframe.webview').last().contentFrame();
  const handle = await outer.locator('iframe#active-frame').elementHandle();
  const frame = await handle.contentFrame();
  assert.ok(frame, 'the chat view is there');
  return frame;
}
