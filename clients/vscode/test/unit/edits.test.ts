import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { appended, definitionIn, infoOf, placed } from '../../src/chat/code.ts';
import { changedPart } from '../../src/edits/difference.ts';

function check(before: string, after: string, replaced: string, by: string): void {
  const part = changedPart(before, after);
  assert.equal(before.slice(part.start, part.end), replaced);
  assert.equal(part.text, by);
  assert.equal(before.slice(0, part.start) + part.text + before.slice(part.end), after);
}

describe('the part that changes', () => {
  it('is the lines that differ', () => {
    check('a\nb\nc\n', 'a\nB\nc\n', 'b\n', 'B\n');
  });

  it('may be an insertion or a removal', () => {
    check('a\nc\n', 'a\nb\nc\n', '', 'b\n');
    check('a\nb\nc\n', 'a\nc\n', 'b\n', '');
  });

  it('may be at the end, without a line end', () => {
    check('a\nb', 'a\nb\nc', 'b', 'b\nc');
    check('', 'a', '', 'a');
    check('a', '', 'a', '');
  });

  it('does not run over itself where lines repeat', () => {
    check('x\nx\n', 'x\nx\nx\n', '', 'x\n');
    check('x\nx\nx\n', 'x\n', 'x\nx\n', '');
  });
});

describe('code of an answer', () => {
  it('may name a language and a file', () => {
    assert.deepEqual(infoOf('Python src/app.py'), { language: 'python', path: 'src/app.py' });
    assert.deepEqual(infoOf('python'), { language: 'python', path: undefined });
    assert.deepEqual(infoOf(''), { language: '', path: undefined });
  });

  it('may not name a file outside of the workspace', () => {
    for (const path of ['/etc/passwd', '../a.py', 'a/../../b', 'C:\\a.py', '\\\\host\\a']) {
      assert.equal(infoOf(`python ${path}`).path, undefined, path);
    }
  });

  it('takes the indentation of the place it goes to', () => {
    const text = 'class A:\n    def f(self):\n        pass\n';
    const code = 'def f(self):\n    return 1\n';
    assert.equal(placed(text, 1, 3, code), 'class A:\n    def f(self):\n        return 1\n');
  });

  it('loses the indentation that it has too much', () => {
    const [end, body] = appended('a\nb\n', 'def f():\n    pass\n') ?? [0, ''];
    assert.equal(placed('a\nb\n', end, end, body), 'a\nb\n\n\ndef f():\n    pass\n');
    assert.deepEqual(appended('', 'def f(): ...\n'), [0, 'def f(): ...\n']);
    assert.equal(appended('a\n', 'f()\n'), undefined);
    assert.equal(placed('a\nb\n', 1, 2, '    x\n\n      y\n'), 'a\nx\n\n  y\n');
  });

  it('goes where what it defines is defined, whole', () => {
    const python =
      'a = 1\n\n\ndef f(\n    x,\n):\n    if x:\n\n        return 1\n    return 2\n\n\nb = 2\n';
    assert.deepEqual(definitionIn(python, 'import os\n\ndef f(x):\n    pass\n'), [3, 10]);
    const script = 'export async function f(x) {\n  if (x) {\n  }\n}\n\n{\n}\n';
    assert.deepEqual(definitionIn(script, 'function f(y) {\n}\n'), [0, 4]);
  });

  it('is new where nothing of that name and kind is there', () => {
    assert.equal(definitionIn('class f:\n    pass\n', 'def f():\n    pass\n'), undefined);
    assert.equal(definitionIn('def ff():\n    pass\n', 'def f():\n    pass\n'), undefined);
    assert.equal(definitionIn('x = 1\n', 'y = 2\n'), undefined);
  });
});
