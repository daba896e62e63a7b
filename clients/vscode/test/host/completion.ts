import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  count,
  open,
  pause,
  ready,
  requests,
  run,
  suggest,
  type,
  until,
} from './editing.ts';

const prime = 'def is_prime(n):\n    """Return whether n is a prime number."""\n    █';

describe('inline completion', () => {
  afterEach(closeAll);

  it('writes the whole suggestion when it is accepted', async () => {
    const api = await ready();
    const editor = await open(prime);
    const before = editor.document.getText();
    await suggest(api);
    await run('editor.action.inlineSuggest.commit');
    const after = editor.document.getText();
    assert.ok(after.startsWith(before) && after.length > before.length + 3, after);
  });

  it('reports a suggestion as shown once and accepted once, to the server as well', async () => {
    const api = await ready();
    const [shown, accepted] = [count(api, 'shown'), count(api, 'accepted')];
    await open(prime);
    await suggest(api);
    assert.equal(count(api, 'shown'), shown + 1);
    await run('editor.action.inlineSuggest.commit');
    await until('it is reported', () => count(api, 'accepted') === accepted + 1);
    await until('the server has counted it', () => (api.status()?.counts['accepted'] ?? 0) > 0);
  });

  it('does not call an accepted suggestion dismissed', async () => {
    const api = await ready();
    await open(prime);
    await suggest(api);
    const dismissed = count(api, 'dismissed');
    await run('editor.action.inlineSuggest.commit');
    await pause(300);
    assert.equal(count(api, 'dismissed'), dismissed);
  });

  it('takes the next word, and reports that as accepted in part', async () => {
    const api = await ready();
    const editor = await open(prime);
    const before = editor.document.getText();
    await suggest(api);
    const partly = count(api, 'partlyAccepted');
    await run('editor.action.inlineSuggest.acceptNextWord');
    await until('a word is there', () => editor.document.getText().length > before.length);
    const word = editor.document.getText().slice(before.length);
    assert.match(word, /^\s*\S+\s*$/);
    await until('it is reported', () => count(api, 'partlyAccepted') === partly + 1);
  });

  it('takes the next line', async () => {
    const api = await ready();
    const editor = await open(prime);
    const before = editor.document.getText();
    await suggest(api);
    await run('editor.action.inlineSuggest.acceptNextLine');
    await until('a line is there', () => editor.document.getText().length > before.length);
    assert.equal(editor.document.getText().slice(before.length).trim().split('\n').length, 1);
  });

  it('keeps a suggestion that is typed through', async () => {
    const api = await ready();
    const editor = await open(prime);
    await suggest(api);
    const version = editor.document.version;
    await run('editor.action.inlineSuggest.commit');
    const text = editor.document.getText().slice(prime.length - 1);
    await run('undo');
    await until('the text is as before', () => editor.document.version > version + 1);
    await suggest(api);
    const dismissed = count(api, 'dismissed');
    await type(text.slice(0, 1));
    await pause(400);
    assert.equal(count(api, 'dismissed'), dismissed, JSON.stringify(text));
  });

  it('reports a suggestion that something else is typed over as dismissed', async () => {
    const api = await ready();
    await open(prime);
    await suggest(api);
    const dismissed = count(api, 'dismissed');
    await type('@');
    await until('it is reported', () => count(api, 'dismissed') === dismissed + 1);
  });

  it('stays quiet with several cursors', async () => {
    const api = await ready();
    const editor = await open('a = 1\nb = █\nc = █\n');
    assert.equal(editor.selections.length, 2);
    const before = await requests(api);
    await run('editor.action.inlineSuggest.trigger');
    await pause(500);
    assert.equal(await requests(api), before);
  });

  it("keeps the line ends of another operating system's file", async () => {
    const api = await ready();
    const text = prime.replaceAll('\n', '\r\n');
    const editor = await open(text);
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    await suggest(api);
    await run('editor.action.inlineSuggest.commit');
    assert.doesNotMatch(editor.document.getText(), /[^\r]\n/);
    const added = editor.document.getText().slice(text.length - 1);
    assert.ok(added.trim().length > 2, added);
  });

  it('does not double a bracket that the editor has closed', async () => {
    const api = await ready();
    const editor = await open('def add(a, b):\n    return a + b\n\nprint(add█)\n');
    await type('(');
    await suggest(api);
    await run('editor.action.inlineSuggest.commit');
    const line = editor.document.lineAt(3).text;
    const opened = line.split('(').length;
    assert.equal(line.split(')').length, opened, line);
  });

  it('completes the cells of a notebook', async () => {
    const api = await ready();
    const kind = vscode.NotebookCellKind.Code;
    const data = new vscode.NotebookData([
      new vscode.NotebookCellData(kind, prime.replace('█', ''), 'python'),
    ]);
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', data);
    await vscode.window.showNotebookDocument(notebook);
    const cell = notebook.cellAt(0).document;
    await until('the cell can be edited', async () => {
      await run('notebook.cell.edit');
      await pause(200);
      return vscode.window.activeTextEditor?.document === cell;
    });
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const end = cell.lineAt(cell.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(end, end);
    const before = cell.getText().length;
    await suggest(api);
    await run('editor.action.inlineSuggest.commit');
    await until('the cell has grown', () => cell.getText().length > before);
  });

  it('completes a file of the workspace that is not saved', async () => {
    const api = await ready();
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder.uri, 'app.py');
    const editor = await vscode.window.showTextDocument(uri);
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(end, end);
    await type('def cheapest(items: list[Item]) -> Item:\n');
    const before = editor.document.getText().length;
    await suggest(api);
    await run('editor.action.inlineSuggest.commit');
    assert.ok(editor.document.isDirty);
    assert.ok(editor.document.getText().length > before + 3);
  });

  it('tells how the last request went, without a word of the code', async () => {
    const api = await ready();
    await open(prime.replaceAll('is_prime', 'xyzzy_planted'));
    await suggest(api);
    const uri = vscode.Uri.from({ scheme: 'pillion', path: '/Pillion trace.md' });
    await run('pillion.showTrace');
    const page = (await vscode.workspace.openTextDocument(uri)).getText();
    assert.match(page, /made a \*\*suggestion\*\*/);
    assert.match(page, /\| stage \| milliseconds \|/);
    assert.doesNotMatch(page, /xyzzy_planted/);
  });
});
