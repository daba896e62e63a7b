import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Crashes } from '../../src/server/crashes.ts';
import { read } from '../../src/server/install.ts';
import { OneQueued } from '../../src/server/onequeue.ts';
import { candidates, findPython } from '../../src/server/python.ts';
import { problemWith } from '../../src/server/version.ts';

describe('one running, one queued', () => {
  it('runs twice for ten requests at once', async () => {
    let runs = 0;
    const queue = new OneQueued(async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    await Promise.all(Array.from({ length: 10 }, () => queue.request()));
    assert.equal(runs, 2);
  });

  it('runs the queued one although the first failed', async () => {
    let runs = 0;
    const queue = new OneQueued(async () => {
      runs += 1;
      await Promise.resolve();
      if (runs === 1) {
        throw new Error('the first');
      }
    });
    const [first, second] = await Promise.allSettled([queue.request(), queue.request()]);
    assert.equal(first.status, 'rejected');
    assert.equal(second.status, 'fulfilled');
    await queue.request();
    assert.equal(runs, 3);
  });
});

describe('a server that ends by itself', () => {
  it('is started again four times within three minutes, and not a fifth time', () => {
    const crashes = new Crashes();
    const again = [0, 1, 2, 3, 4].map((second) => crashes.again(second * 1000));
    assert.deepEqual(again, [true, true, true, true, false]);
  });

  it('is started again when the others were long ago, or forgotten', () => {
    const crashes = new Crashes();
    [0, 1, 2, 3].forEach((second) => crashes.again(second * 1000));
    assert.ok(crashes.again(200_000));
    [201, 202, 203].forEach((second) => crashes.again(second * 1000));
    crashes.forget();
    assert.ok(crashes.again(204_000));
  });
});

describe('versions', () => {
  it('knows which servers fit', () => {
    for (const version of ['0.1.0', '0.1.7', '0.10.0', '1.0.0', '0.2.0.dev1']) {
      assert.equal(problemWith(version), undefined, version);
    }
  });

  it('says what is wrong with the others', () => {
    assert.match(problemWith('0.0.9') ?? '', /needs Pillion 0\.1\.0 or newer, and found 0\.0\.9/);
    assert.match(problemWith(undefined) ?? '', /not Pillion/);
    assert.match(problemWith('latest') ?? '', /not Pillion/);
  });
});

describe('finding Python', () => {
  const machine =
    (programs: Record<string, string>) =>
    (command: string): Promise<string | undefined> =>
      Promise.resolve(programs[command]);

  it('takes the first that is new enough', async () => {
    const ask = machine({ python3: '3.9.2\n', 'python3.12': '3.12.1\n', python: '3.13.0\n' });
    const found = await findPython(candidates('', 'linux'), ask);
    assert.deepEqual(found, { command: 'python3.12', version: '3.12.1' });
  });

  it('names the ones that are too old', async () => {
    const found = await findPython(candidates('', 'linux'), machine({ python3: '3.9.2\n' }));
    assert.match('problem' in found ? found.problem : '', /3\.11 or newer.*python3 is 3\.9\.2/);
  });

  it('says when there is none, also where `python` prints something else', async () => {
    const ask = machine({ python: 'Python was not found; run without arguments to install' });
    const found = await findPython(candidates('', 'win32'), ask);
    assert.match('problem' in found ? found.problem : '', /there is none on the PATH\./);
  });

  it('tries only the one that the user names', async () => {
    const ask = machine({ python3: '3.13.0\n' });
    const found = await findPython(candidates('/opt/py', 'linux'), ask);
    assert.ok('problem' in found);
  });
});

describe('the words of python/install.py', () => {
  it('are reports and errors', () => {
    assert.deepEqual(read('{"message": "Compiling", "share": 0.5}'), {
      message: 'Compiling',
      share: 0.5,
    });
    assert.deepEqual(read('{"error": "No compiler."}'), { error: 'No compiler.' });
  });

  it('are nothing else', () => {
    for (const line of ['', 'Collecting numpy', '42', '{"message": 1, "share": 2}', 'null']) {
      assert.equal(read(line), undefined, line);
    }
  });
});
