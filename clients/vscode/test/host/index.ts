/** The suites that run inside VS Code's extension host, on the real server and the default model. */

import { format } from 'node:util';
import Mocha from 'mocha';

/** Called by VS Code; rejects if a test fails. */
export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 150_000, color: false, slow: 5000 });
  const grep = process.env['MOCHA_GREP'];
  if (grep !== undefined) {
    mocha.grep(grep).bail();
  }
  // The extension host has much to say for itself; the runner prints what is marked as ours.
  Mocha.reporters.Base.consoleLog = (...args: unknown[]): void => {
    console.log(`test: ${format(...args)}`);
  };
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // Required here, and not imported: the suites define themselves when they are loaded.
  /* eslint-disable @typescript-eslint/no-require-imports */
  require('./activation.ts');
  require('./completion.ts');
  require('./switches.ts');
  require('./edits.ts');
  require('./lifecycle.ts');
  /* eslint-enable @typescript-eslint/no-require-imports */
  return new Promise((resolve, reject) => {
    mocha.run((failures) => {
      if (failures > 0) {
        reject(new Error(`${failures} failed.`));
      } else {
        resolve();
      }
    });
  });
}
