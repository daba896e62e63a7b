/** `workspace/applyEdit` of the server: shown as a diff first, applied as one step of undo. */

import * as vscode from 'vscode';
import type { ApplyWorkspaceEditParams, LanguageClient } from 'vscode-languageclient/node';
import type { Preview, Proposal } from './preview.ts';

export interface Answer {
  readonly applied: boolean;
  readonly failureReason?: string;
}

/** Show the edit and do what the user decides. */
export async function applyEdit(
  client: LanguageClient,
  preview: Preview,
  params: ApplyWorkspaceEditParams,
): Promise<Answer> {
  const edit = await client.protocol2CodeConverter.asWorkspaceEdit(params.edit);
  const entries = edit.entries();
  const created = new Set<string>();
  for (const change of params.edit.documentChanges ?? []) {
    if ('kind' in change && change.kind !== 'create') {
      return { applied: false, failureReason: 'Only changes and new files can be shown.' };
    }
    if ('kind' in change) {
      created.add(vscode.Uri.parse(change.uri).toString());
    }
  }
  if (entries.length === 0) {
    return { applied: false, failureReason: 'There is nothing to change.' };
  }
  if (await outdated(params)) {
    return { applied: false, failureReason: 'The document has changed since.' };
  }
  const proposals: Proposal[] = [];
  for (const [uri, edits] of entries) {
    if (created.has(uri.toString()) && !(await exists(uri))) {
      proposals.push({ uri, text: edits.map(({ newText }) => newText).join(''), creates: true });
    } else {
      const document = await vscode.workspace.openTextDocument(uri);
      proposals.push({ uri, text: edited(document, edits) });
    }
  }
  const decision = await preview.propose(proposals, params.label ?? 'Apply these changes');
  return decision === 'applied'
    ? { applied: true }
    : { applied: false, failureReason: reasons[decision] };
}

const reasons = {
  discarded: 'The user rejected it.',
  'changed meanwhile': 'The document has changed since.',
  'no difference': 'It changes nothing.',
};

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** Return the text of a document with edits made, which do not overlap. */
function edited(document: vscode.TextDocument, edits: readonly vscode.TextEdit[]): string {
  let text = document.getText();
  const last = [...edits].sort((a, b) => b.range.start.compareTo(a.range.start));
  for (const { range, newText } of last) {
    const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    text = text.slice(0, start) + newText + text.slice(end);
  }
  return text;
}

/** An edit is for the version of the document that the server saw. */
async function outdated({ edit }: ApplyWorkspaceEditParams): Promise<boolean> {
  for (const change of edit.documentChanges ?? []) {
    if ('textDocument' in change && typeof change.textDocument.version === 'number') {
      const uri = vscode.Uri.parse(change.textDocument.uri);
      const document = await vscode.workspace.openTextDocument(uri);
      if (document.version !== change.textDocument.version) {
        return true;
      }
    }
  }
  return false;
}
