import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Decision } from '../../src/edits/preview.ts';
import { closeAll, open, pause, pillion, run, until } from './editing.ts';

const before = 'a = 1\nb = 2\nc = 3\n';
const after = 'a = 1\nb = 20\nx = 0\nc = 3\n';

describe('changes are shown before they are made', () => {
  afterEach(closeAll);

  async function propose(): Promise<{
    document: vscode.TextDocument;
    decision: Promise<Decision>;
  }> {
    const api = await pillion();
    const { document } = await open(before);
    const decision = api.preview.propose([{ uri: document.uri, text: after }], 'Test');
    await until('the diff is open', () => diff() !== undefined);
    return { document, decision };
  }

  it('applies them, as one step of undo', async () => {
    const { document, decision } = await propose();
    await run('pillion.applyPreview');
    assert.equal(await decision, 'applied');
    assert.equal(document.getText(), after);
    await vscode.window.showTextDocument(document);
    await run('undo');
    assert.equal(document.getText(), before);
    assert.equal(diff(), undefined);
  });

  it('leaves everything as it is when they are discarded', async () => {
    const { document, decision } = await propose();
    await run('pillion.discardPreview');
    assert.equal(await decision, 'discarded');
    assert.equal(document.getText(), before);
  });

  it('takes a closed diff as a no', async () => {
    const { document, decision } = await propose();
    await run('workbench.action.closeActiveEditor');
    assert.equal(await decision, 'discarded');
    assert.equal(document.getText(), before);
  });

  it('does not apply to a document that has changed meanwhile', async () => {
    const { document, decision } = await propose();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '# new\n');
    await vscode.workspace.applyEdit(edit);
    await pause(100);
    await run('pillion.applyPreview');
    assert.equal(await decision, 'changed meanwhile');
    assert.equal(document.getText(), `# new\n${before}`);
  });

  it('keeps the line ends of the file', async () => {
    const api = await pillion();
    const { document } = await open(before.replaceAll('\n', '\r\n'));
    const decision = api.preview.propose([{ uri: document.uri, text: after }], 'Test');
    await until('the diff is open', () => diff() !== undefined);
    await run('pillion.applyPreview');
    assert.equal(await decision, 'applied');
    assert.equal(document.getText(), after.replaceAll('\n', '\r\n'));
  });

  it('says when there is no difference', async () => {
    const api = await pillion();
    const { document } = await open(before);
    const decision = await api.preview.propose([{ uri: document.uri, text: before }], 'Test');
    assert.equal(decision, 'no difference');
  });
});

function diff(): vscode.Tab | undefined {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .find(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff && input.modified.scheme === 'pillion-proposed',
    );
}
