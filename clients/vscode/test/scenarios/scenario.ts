/** Scenarios and what they run on: a workspace of their own, a VS Code, a browser, pictures. */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { extension } from '../machine.ts';
import { sleep, VsCode, type Options } from '../vscode.ts';
import { patience, Window } from './window.ts';

export interface Scenario {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<void>;
}

export function scenario(name: string, run: (stage: Stage) => Promise<void>): Scenario {
  return { name, run };
}

const titleBar = 35;

export const size = { width: 960, height: 600 };

/** Pictures for the documentation; written there when `PILLION_PICTURES` names the folder. */
const pictures = process.env['PILLION_PICTURES'] ?? join(extension, 'dist', 'pictures');

export async function picture(page: Page, name: string, top = titleBar): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  // By default without the title bar, which says that an extension is being developed.
  const { width, height } = page.viewportSize() ?? size;
  const clip = { x: 0, y: top, width, height: height - top };
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', clip });
}

/** One VS Code with a profile of its own, and a workspace that each scenario finds as new. */
export class Stage {
  readonly browser: Browser;
  readonly vscode: VsCode;
  readonly size = size;
  readonly #folder: string;
  #pages: Page[] = [];
  /** Each has another path: VS Code brings back unsaved text when it knows the folder. */
  workspace: string;

  private constructor(browser: Browser, vscode: VsCode, folder: string) {
    this.browser = browser;
    this.vscode = vscode;
    this.#folder = folder;
    this.workspace = copyOf(folder);
  }

  static async set(browser: Browser, options: Options = {}, folder = 'workspace'): Promise<Stage> {
    return new Stage(browser, await VsCode.start(options), folder);
  }

  async window(file?: string): Promise<Window> {
    const page = await this.browser.newPage({ viewport: size });
    this.#pages.push(page);
    return Window.open(page, this.vscode, this.workspace, file);
  }

  /** Return the text of a file of the workspace, once it is there. */
  async read(...path: string[]): Promise<string> {
    const file = join(this.workspace, ...path);
    const end = Date.now() + patience;
    while (!existsSync(file)) {
      assert.ok(Date.now() < end, `there is no ${path.join('/')}`);
      await sleep(100);
    }
    return readFileSync(file, 'utf8');
  }

  /** Close the windows of a scenario; show the last one if it failed. */
  async clear(failed?: string): Promise<void> {
    for (const page of this.#pages) {
      if (failed !== undefined) {
        await picture(page, `failed-${failed}`).catch(() => undefined);
      }
      await page.close();
    }
    this.#pages = [];
    rmSync(this.workspace, { recursive: true, force: true, maxRetries: 3 });
    this.workspace = copyOf(this.#folder);
  }

  async strike(): Promise<void> {
    await this.vscode.stop();
    rmSync(this.workspace, { recursive: true, force: true, maxRetries: 3 });
  }
}

function copyOf(folder: string): string {
  const workspace = mkdtempSync(join(tmpdir(), 'shop-'));
  cpSync(join(extension, 'test', folder), workspace, { recursive: true });
  return workspace;
}
