import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { continues, follow, type Change, type Shown } from '../../src/completion/follow.ts';

/** `ret█urn a + b` is a suggestion whose cursor is behind `ret`, at offset 10 of its document. */
function suggestion(text: string): Shown {
  const at = text.indexOf('█');
  return { uri: 'file:///a.py', start: 10, cursor: 10 + at, text: text.replace('█', '') };
}

function check(text: string, changes: Change[], expected: string): void {
  const fate = follow(suggestion(text), changes);
  assert.equal('shown' in fate ? `${fate.kind} at ${fate.shown.cursor}` : fate.kind, expected);
}

describe('what became of a suggestion', () => {
  it('keeps it while it is typed through', () => {
    check('█return a', [{ offset: 10, length: 0, text: 'r' }], 'kept at 11');
    check('ret█urn a', [{ offset: 13, length: 0, text: 'u' }], 'kept at 14');
  });

  it('takes several characters at once as accepted in part', () => {
    check('█return a', [{ offset: 10, length: 0, text: 'return' }], 'partlyAccepted at 16');
  });

  it('understands an edit that replaces from the start of the suggestion', () => {
    check('ret█urn a', [{ offset: 10, length: 3, text: 'return ' }], 'partlyAccepted at 17');
  });

  it('counts a surrogate pair as the one character that it is', () => {
    check('█😀 done', [{ offset: 10, length: 0, text: '😀' }], 'kept at 12');
  });

  it('is finished when all of it is there', () => {
    check('ret█urn', [{ offset: 13, length: 0, text: 'urn' }], 'finished');
  });

  it('is dismissed by other text, by a removal, elsewhere, or by many changes', () => {
    check('█return', [{ offset: 10, length: 0, text: 'x' }], 'dismissed');
    check('ret█urn', [{ offset: 12, length: 1, text: '' }], 'dismissed');
    check('█return', [{ offset: 2, length: 0, text: 'r' }], 'dismissed');
    const twice = [
      { offset: 10, length: 0, text: 'r' },
      { offset: 30, length: 0, text: 'r' },
    ];
    check('█return', twice, 'dismissed');
  });

  it('is kept when nothing changed', () => {
    check('█return', [], 'kept at 10');
  });
});

describe('one suggestion or two', () => {
  it('is one when it was written on', () => {
    assert.ok(continues(suggestion('█return a'), suggestion('█return a + b')));
  });

  it('is one when the next answer begins at the cursor', () => {
    const typed = { ...suggestion('█urn a'), start: 13, cursor: 13 };
    assert.ok(continues(suggestion('ret█urn a'), typed));
  });

  it('is two when the text differs', () => {
    assert.ok(!continues(suggestion('█return a'), suggestion('█yield a')));
  });
});
