/** Code of an answer put where the user wants it: at the cursor, into a file as a diff, a new file. */

import * as vscode from 'vscode';
import type { Preview } from '../edits/preview.ts';
import { appended, definitionIn, infoOf, placed } from './code.ts';

export async function insertCode(code: string): Promise<void> {
  const editor = frontEditor();
  if (!editor) {
    void vscode.window.showInformationMessage('Open a file to insert the code into.');
    return;
  }
  await editor.edit((edit) => {
    edit.replace(editor.selection, code.replace(/\n$/, ''));
  });
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

/**
 * Show the code in the place of what is selected, or of the function or class that it defines anew,
 * or at the end of the file, or at the cursor; apply it if the user agrees.
 */
export async function applyCode(code: string, info: string, preview: Preview): Promise<void> {
  const document = await target(infoOf(info).path);
  if (!document) {
    void vscode.window.showInformationMessage('Open the file that the code is for.');
    return;
  }
  const [start, end, body] = place(document, code);
  const text = document.getText().replaceAll('\r\n', '\n');
  const decision = await preview.propose(
    [{ uri: document.uri, text: placed(text, start, end, body) }],
    'Apply the code of the chat',
  );
  if (decision === 'changed meanwhile') {
    void vscode.window.showWarningMessage('The file has changed meanwhile; nothing was applied.');
  } else if (decision === 'no difference') {
    void vscode.window.showInformationMessage('The code is there already.');
  }
}

export async function createFile(code: string, info: string): Promise<void> {
  const { language } = infoOf(info);
  const known = await vscode.languages.getLanguages();
  const document = await vscode.workspace.openTextDocument({
    content: code,
    ...(known.includes(language) ? { language } : {}),
  });
  await vscode.window.showTextDocument(document);
}

/** The editor in front also counts while the chat view has the focus. */
function frontEditor(): vscode.TextEditor | undefined {
  return vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
}

async function target(path: string | undefined): Promise<vscode.TextDocument | undefined> {
  for (const folder of path === undefined ? [] : (vscode.workspace.workspaceFolders ?? [])) {
    try {
      const uri = vscode.Uri.joinPath(folder.uri, path ?? '');
      return await vscode.workspace.openTextDocument(uri);
    } catch {
      // Not in this folder.
    }
  }
  return frontEditor()?.document;
}

/**
 * Return the lines that the code replaces, and what to write there. What is new replaces none: a
 * definition goes to the end of the file, anything else to the cursor.
 */
function place(document: vscode.TextDocument, code: string): readonly [number, number, string] {
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  if (editor && !editor.selection.isEmpty) {
    const { start, end } = editor.selection;
    return [start.line, end.character === 0 ? end.line : end.line + 1, code];
  }
  const found = definitionIn(document.getText(), code);
  if (found) {
    return [...found, code];
  }
  const behind = appended(document.getText(), code);
  if (behind) {
    const [at, body] = behind;
    return [at, at, body];
  }
  const line = editor?.selection.active.line ?? document.lineCount;
  return [line, line, code];
}
