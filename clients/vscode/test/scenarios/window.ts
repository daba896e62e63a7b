/** Hands and eyes on one VS Code window. */

import assert from 'node:assert/strict';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { sleep, type VsCode } from '../vscode.ts';

/** Real models on small, busy machines: long, and only ever waited for when something is wrong. */
export const patience = 180_000;

export class Window {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(patience);
  }

  /** Open a window on `workspace` with `file` in its editor. */
  static async open(page: Page, vscode: VsCode, workspace: string, file?: string): Promise<Window> {
    const window = new Window(page);
    await vscode.open(page, workspace, file === undefined ? {} : { file });
    await page.locator('.statusbar').waitFor();
    if (file !== undefined) {
      await window.lines.waitFor();
    }
    return window;
  }

  get lines(): Locator {
    return this.page.locator('.editor-group-container.active .monaco-editor .view-lines').last();
  }

  get ghost(): Locator {
    return this.page.locator('.ghost-text-decoration, .ghost-text-decoration-preview').first();
  }

  get status(): Locator {
    return this.page
      .locator('[id="pillion.pillion.pillion.status"], [id$="pillion.status"]')
      .first();
  }

  get notifications(): Locator {
    return this.page.locator('.notifications-toasts.visible, .notifications-center.visible');
  }

  /** Wait for a notification; VS Code hides it after a while, and the bell brings it back. */
  async notified(text: string): Promise<void> {
    const message = this.notifications.getByText(text).first();
    const end = Date.now() + patience;
    while (!(await message.isVisible())) {
      assert.ok(Date.now() < end, `no notification says: ${text}`);
      const center = this.page.locator('.notifications-center.visible');
      if (Date.now() > end - patience + 10_000 && !(await center.isVisible())) {
        await this.page.locator('[id="status.notifications"]').click();
        // Away, or the bell's own tooltip covers the buttons.
        await this.page.mouse.move(400, 100);
      }
      await sleep(250);
    }
  }

  /** Wait until the status bar says `text`. */
  async says(text: string | RegExp): Promise<void> {
    await this.status.filter({ hasText: text }).waitFor();
  }

  /** Put the cursor at the end of the file and type. */
  async typeAtEnd(text: string): Promise<void> {
    await this.lines.click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text, { delay: 30 });
  }

  /** Wait for ghost text; before the model is loaded nothing asks again by itself. */
  async waitForGhost(): Promise<string> {
    const end = Date.now() + patience;
    while (!(await this.ghost.isVisible())) {
      assert.ok(Date.now() < end, 'no ghost text came');
      const came = await this.ghost.waitFor({ timeout: 25_000 }).then(
        () => true,
        () => false,
      );
      if (!came) {
        await this.page.keyboard.type(' ');
        await this.page.keyboard.press('Backspace');
      }
    }
    return (await this.page.locator('.ghost-text-decoration').allTextContents()).join('\n');
  }

  /** The text of the editor in front, as far as it is on screen. */
  async text(): Promise<string> {
    const lines = this.lines.locator('.view-line');
    const found = await lines.evaluateAll((elements) =>
      (elements as HTMLElement[])
        .map((element) => ({ top: element.offsetTop, text: element.textContent }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );
    // The editor draws blanks as no-break spaces.
    return found.join('\n').replaceAll('\u00A0', ' ');
  }

  /** Run a command of the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.fill(`>${title}`);
    await this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: title })
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** The page inside the webview in front. */
  webview(): FrameLocator {
    const outer = this.page.locator('iframe.webview').last().contentFrame();
    return outer.frameLocator('iframe#active-frame');
  }
}
