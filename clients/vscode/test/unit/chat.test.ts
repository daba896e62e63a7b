import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decisionText } from '../../src/chat/examples.ts';
import { History } from '../../src/chat/history.ts';
import { chatCapability } from '../../src/chat/protocol.ts';
import {
  answerTurn,
  failedTurn,
  messagesOf,
  slash,
  titleOf,
  withoutAnswer,
  withTurn,
  type Thread,
} from '../../src/chat/thread.ts';
import { toHtml } from '../../webview/markdown.ts';

function thread(id: string, when: number, ...texts: string[]): Thread {
  return {
    id,
    when,
    turns: texts.map((text, index) => ({ role: index % 2 ? 'assistant' : 'user', text })),
  };
}

function memory(): { get(): unknown; update(key: string, value: unknown): Promise<void> } {
  let kept: unknown;
  return {
    get: () => kept,
    update: (_key, value) => {
      kept = structuredClone(value);
      return Promise.resolve();
    },
  };
}

describe('what the server says about its chat', () => {
  it('is nothing when there is none', () => {
    for (const value of [undefined, null, 1, {}, { pillion: {} }, { pillion: { chat: true } }]) {
      assert.equal(chatCapability(value), undefined);
    }
  });

  it('is read with care', () => {
    const commands = [{ name: 'explain', description: 'Explain' }, { name: 1 }, null];
    const chips = ['file', 'galaxy', 7];
    assert.deepEqual(chatCapability({ pillion: { chat: { commands, chips } } }), {
      commands: [commands[0]],
      chips: ['file'],
    });
    assert.deepEqual(chatCapability({ pillion: { chat: {} } }), { commands: [], chips: [] });
  });
});

describe('conversations', () => {
  it('are called after the first words', () => {
    assert.equal(titleOf(thread('a', 0, 'What is this?\nmore')), 'What is this?');
    assert.equal(titleOf(thread('a', 0)), 'New chat');
    assert.equal(titleOf(thread('a', 0, 'x'.repeat(100))).length, 60);
  });

  it('can be tried again from the last question', () => {
    const asked = thread('a', 0, 'why?');
    const answered = withTurn(asked, failedTurn('', 'No.'), 1);
    assert.deepEqual(withoutAnswer(answered).turns, asked.turns);
    assert.deepEqual(withoutAnswer(asked).turns, asked.turns);
  });

  it('are sent without answers that failed', () => {
    const tried = withTurn(thread('a', 0, 'why?'), failedTurn('', 'No.'), 1);
    assert.deepEqual(messagesOf(tried), [{ role: 'user', text: 'why?' }]);
  });

  it('keep what had streamed when an answer ends early', () => {
    assert.equal(failedTurn('half an ans', 'Stopped.').text, 'half an ans');
    assert.equal(answerTurn({ text: '' }, 'streamed').text, 'streamed');
    assert.match(answerTurn({ text: 'x', stopped: 'length' }, '').problem ?? '', /longest length/);
  });

  it('know the slash commands of the server, and no others', () => {
    assert.deepEqual(slash('/explain this', ['explain']), { command: 'explain', text: 'this' });
    assert.deepEqual(slash('/explain', ['explain']), { command: 'explain', text: '' });
    assert.deepEqual(slash('/usr/bin is', ['explain']), { text: '/usr/bin is' });
  });
});

describe('examples', () => {
  it('are decided in lines that the server reads', () => {
    const outcomes = ['0', 'raises ValueError', 'KeyError', "'raises'"];
    const decisions = outcomes.map((outcome) => ({ call: '[]', outcome, accepted: true }));
    assert.deepEqual(decisionText('f', decisions).split('\n'), [
      '- accepted: `f([])` returns `0`',
      '- accepted: `f([])` raises `ValueError`',
      '- accepted: `f([])` raises `KeyError`',
      "- accepted: `f([])` returns `'raises'`",
    ]);
    assert.match(decisionText('f', [{ call: '', outcome: '1', accepted: false }]), /^- rejected: /);
  });

  it('stay with the answer', () => {
    const accepted = { function: 'f', examples: [{ call: '1', outcome: '2' }] };
    assert.deepEqual(answerTurn({ text: 'x', accepted }, '').accepted, accepted);
  });
});

describe('the history', () => {
  it('has the newest first, and each once', async () => {
    const history = new History(memory());
    await history.keep(thread('a', 1, 'one'));
    await history.keep(thread('b', 2, 'two'));
    await history.keep(thread('a', 3, 'one again'));
    assert.deepEqual(
      history.all().map(({ id, when }) => [id, when]),
      [
        ['a', 3],
        ['b', 2],
      ],
    );
  });

  it('can be searched in all that was said', async () => {
    const history = new History(memory());
    await history.keep(thread('a', 1, 'How to sort?', 'Use sorted().'));
    await history.keep(thread('b', 2, 'What is a list?', 'A sequence.'));
    const found = (query: string): string[] => history.search(query).map(({ id }) => id);
    assert.deepEqual(found('SORTED how'), ['a']);
    assert.deepEqual(found(''), ['b', 'a']);
    assert.deepEqual(found('tuple'), []);
  });

  it('can be deleted, one by one and as a whole', async () => {
    const history = new History(memory());
    await history.keep(thread('a', 1, 'one'));
    await history.keep(thread('b', 2, 'two'));
    await history.remove('a');
    assert.equal(history.get('a'), undefined);
    await history.clear();
    assert.deepEqual(history.all(), []);
  });

  it('keeps fifty', async () => {
    const history = new History(memory());
    for (let index = 0; index < 60; index += 1) {
      await history.keep(thread(String(index), index, 'x'));
    }
    assert.equal(history.all().length, 50);
    assert.equal(history.all().at(-1)?.id, '10');
  });

  it('survives what somebody else has stored', () => {
    const history = new History({
      get: () => [null, 1, { id: 'a' }],
      update: () => Promise.resolve(),
    });
    assert.deepEqual(history.all(), []);
  });
});

describe('answers as HTML', () => {
  it('show HTML as text', () => {
    assert.doesNotMatch(toHtml('<img src=x onerror=alert(1)><script>x</script>'), /<img|<script/);
    assert.doesNotMatch(toHtml('```html\n<script>x</script>\n```'), /<script/);
  });

  it('load nothing and lead nowhere but to the web', () => {
    assert.doesNotMatch(toHtml('![x](https://example.com/x.png)'), /<img/);
    assert.doesNotMatch(toHtml('[x](command:rm) [y](javascript:alert(1))'), /<a/);
    assert.match(toHtml('[x](https://example.com)'), /<a href="https:\/\/example.com">/);
  });

  it('do not let an info string out of its attribute', () => {
    const html = toHtml('```"><script>x</script>\nx\n```');
    assert.doesNotMatch(html, /<script/);
  });

  it('colour code that is known and keep the rest', () => {
    assert.match(toHtml('```python\ndef f(): pass\n```'), /hljs-keyword/);
    assert.match(toHtml('```nosuch\na < b\n```'), /a &lt; b/);
  });

  it('can be drawn while they are being written', () => {
    assert.match(toHtml('Look:\n```python\ndef f('), /class="block"/);
  });
});
