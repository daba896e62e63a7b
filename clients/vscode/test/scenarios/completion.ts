/** Ghost text in the editor, with the real server and the default model. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { pillion } from '../machine.ts';
import { sleep } from '../vscode.ts';
import { picture, scenario } from './scenario.ts';
import { Window } from './window.ts';

const signature = 'def cheapest(items: list[Item]) -> Item:\n';

export const completion = [
  scenario('ghost text comes while typing, and Tab takes it', async (stage) => {
    const window = await stage.window('app.py');
    await window.typeAtEnd(signature);
    const ghost = await window.waitForGhost();
    await window.says(/^\W*Pillion( ?: slow)?$/);
    await picture(window.page, 'ghost-text');
    await window.page.keyboard.press('Tab');
    const first = plain(ghost.split('\n')[0] ?? '');
    await window.lines.filter({ hasText: pattern(first) }).waitFor();
  }),

  scenario('what is typed through shows at once', async (stage) => {
    const window = await stage.window('app.py');
    const times: number[] = [];
    // Without brackets and quotes at first: VS Code closes these, and the text is another then.
    for (const signature of ['volume(width, height, depth)', 'is_adult(person_age)']) {
      await window.typeAtEnd(`def ${signature}:\nreturn `);
      await window.waitForGhost();
      times.push(...(await typeThrough(window, 20)));
      await window.page.keyboard.press('Escape');
      await window.page.keyboard.type('\n\n\n');
      await window.page.keyboard.press('Home');
    }
    const sorted = [...times].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Infinity;
    console.log(
      `  key press to ghost text, typed through: median ${at(0.5).toFixed(0)} ms, ` +
        `95 % ${at(0.95).toFixed(0)} ms, ${times.length} keys`,
    );
    assert.ok(times.length >= 12, `only ${times.length} keys`);
    assert.ok(at(0.5) <= 50, `median ${at(0.5)} ms`);
  }),

  scenario("VS Code's own list is not covered, and its item is what Enter takes", async (stage) => {
    const window = await stage.window('app.py');
    await window.typeAtEnd('tot');
    await window.page.keyboard.press('Control+Space');
    const list = window.page.locator('.suggest-widget.visible');
    await list.locator('.monaco-list-row').filter({ hasText: 'total' }).first().waitFor();
    await sleep(1500);
    const box = await list.boundingBox();
    const ghost = (await window.ghost.isVisible()) ? await window.ghost.boundingBox() : null;
    if (box && ghost) {
      const apart = ghost.y + ghost.height <= box.y || ghost.y >= box.y + box.height;
      assert.ok(apart || ghost.x + ghost.width <= box.x || ghost.x >= box.x + box.width);
    }
    await window.page.keyboard.press('Enter');
    await list.waitFor({ state: 'hidden' });
    assert.match(await window.text(), /\ntotal/);
  }),

  scenario('two windows share one engine', async (stage) => {
    const first = await stage.window('app.py');
    await first.typeAtEnd(signature);
    await first.waitForGhost();
    const second = await Window.open(
      await stage.browser.newPage({ viewport: stage.size }),
      stage.vscode,
      stage.workspace,
      'app.py',
    );
    await second.typeAtEnd('def dearest(items: list[Item]) -> Item:\n');
    await second.waitForGhost();
    const said = spawnSync(pillion, ['engine', 'status', '--json'], { encoding: 'utf8' });
    const engines = JSON.parse(said.stdout) as { model: string }[];
    assert.equal(engines.length, 1, said.stdout);
    await second.page.close();
  }),
];

/** Type what is suggested, key by key, to the end of its line; return the time of each key. */
async function typeThrough(window: Window, most: number): Promise<number[]> {
  const times: number[] = [];
  while (times.length < most) {
    const [character, ...others] = Array.from(await window.page.evaluate(ghostLine));
    if (character === undefined || others.length === 0) {
      break;
    }
    const measured = await measure(window, character, others.join(''));
    if (measured === undefined) {
      // VS Code has closed a bracket, or the suggestion has changed: no longer the same text.
      break;
    }
    times.push(measured);
    await sleep(60);
  }
  return times;
}

/** The first line of the ghost text; its colours cut it into pieces. Runs in the page. */
function ghostLine(): string {
  const pieces = document.querySelectorAll('.view-line .ghost-text-decoration');
  return Array.from(pieces, ({ textContent }) => textContent)
    .join('')
    .replaceAll('\u00A0', ' ');
}

/** From the key's own time stamp to the frame in which the ghost text is `expected`. */
async function measure(window: Window, key: string, expected: string): Promise<number | undefined> {
  await window.page.evaluate(`globalThis.ghostLine = ${ghostLine.toString()}`);
  await window.page.evaluate((text) => {
    const { ghostLine: line } = globalThis as unknown as { ghostLine: () => string };
    const state = globalThis as unknown as { pillionShown?: Promise<number | null> };
    state.pillionShown = new Promise((resolve) => {
      let pressed = 0;
      document.addEventListener(
        'keydown',
        (event) => {
          pressed = event.timeStamp;
        },
        { capture: true, once: true },
      );
      const look = (): void => {
        if (pressed > 0 && line() === text) {
          resolve(performance.now() - pressed);
        } else if (pressed > 0 && performance.now() - pressed > 3000) {
          resolve(null);
        } else {
          requestAnimationFrame(look);
        }
      };
      look();
    });
  }, expected);
  await window.page.keyboard.press(key === ' ' ? 'Space' : key);
  const time = await window.page.evaluate(
    () => (globalThis as unknown as { pillionShown: Promise<number | null> }).pillionShown,
  );
  return time ?? undefined;
}

function plain(text: string): string {
  return text.replaceAll('\u00A0', ' ');
}

/** Match text whatever kind of blank is in it. */
function pattern(text: string): RegExp {
  const escaped = text.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(escaped.replaceAll(/\s+/g, '\\s+'));
}
