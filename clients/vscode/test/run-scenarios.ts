/**
 * Run the scenarios in a real VS Code; words given on the command line choose among them.
 *
 * The last line counts them; ends with 1 if one failed.
 */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { extension, ownEngines, python } from './machine.ts';
import { accessible, chat, themes } from './scenarios/chat.ts';
import { completion } from './scenarios/completion.ts';
import { Stage, type Scenario } from './scenarios/scenario.ts';
import { firstRun, noPython, untrusted } from './scenarios/setup.ts';
import { status } from './scenarios/status.ts';
import { talk, talkInTheDark } from './scenarios/talk.ts';
import { launch, type Options } from './vscode.ts';

const words = process.argv.slice(2);
const limit = 8 * 60_000;
let passed = 0;
let failed = 0;

process.exitCode = await main();

async function main(): Promise<number> {
  using _engines = ownEngines();
  const tools = mkdtempSync(join(tmpdir(), 'pillion-tools-'));
  const chatServer = join(tools, 'pillion');
  const script = join(extension, 'test', 'scenarios', 'chat_server.py');
  writeFileSync(chatServer, `#!/bin/sh\nexec '${python}' '${script}' "$@"\n`, { mode: 0o755 });
  const browser = await launch();
  const began = Date.now();
  try {
    await act(browser, completion);
    await act(browser, status);
    // However slow the machine is, there is time to find out what is unclear.
    const patient = { 'pillion.chat.askSeconds': 150 };
    await act(browser, talk, { settings: patient });
    await act(browser, talkInTheDark, {
      settings: { ...patient, 'workbench.colorTheme': 'Default Dark Modern' },
    });
    const settings = { 'pillion.server.path': chatServer };
    await act(browser, chat, { settings });
    for (const theme of themes) {
      const options = { settings: { ...settings, 'workbench.colorTheme': theme } };
      await act(browser, accessible(theme), options);
    }
    await act(browser, untrusted, { trust: true }, 'untrusted');
    await act(browser, firstRun, { vsix: vsix() });
    const nowhere = { 'pillion.server.python': '/nowhere/python3' };
    await act(browser, noPython, { vsix: vsix(), settings: nowhere });
  } finally {
    await browser.close();
    rmSync(tools, { recursive: true, force: true });
  }
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`\n  ${passed} passing (${seconds} s)${failed > 0 ? `, ${failed} failing` : ''}`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

async function act(
  browser: Browser,
  scenarios: readonly Scenario[],
  options: Options = {},
  folder?: string,
): Promise<void> {
  const chosen = scenarios.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (chosen.length === 0) {
    return;
  }
  const stage = await Stage.set(browser, options, folder);
  try {
    for (const each of chosen) {
      await play(stage, each);
    }
  } finally {
    await stage.strike();
  }
}

async function play(stage: Stage, { name, run }: Scenario): Promise<void> {
  const began = Date.now();
  const problem = await Promise.race([
    run(stage).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    ),
    new Promise<string>((resolve) =>
      setTimeout(() => {
        resolve('It does not end.');
      }, limit).unref(),
    ),
  ]);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (problem === undefined) {
    passed += 1;
    console.log(`    ✔ ${name} (${seconds} s)`);
  } else {
    failed += 1;
    console.log(`    ${failed}) ${name} (${seconds} s)\n${problem}`);
  }
  await stage.clear(problem === undefined ? undefined : String(failed));
}

function vsix(): string {
  const folder = join(extension, 'dist');
  const name = readdirSync(folder).find((found) => found.endsWith('.vsix'));
  if (name === undefined) {
    throw new Error('There is no vsix in dist; run `make vsix`.');
  }
  return join(folder, name);
}
