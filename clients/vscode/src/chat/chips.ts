/** What can be attached to a message: the file, selection and problems in front, files, symbols. */

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Chip } from './protocol.ts';
import type { Attached } from './thread.ts';

const most = 12;

/** Return what `query`, the text behind an `@`, may mean; the editor in front comes first. */
export async function suggestions(
  client: LanguageClient,
  query: string,
  kinds: readonly Chip['kind'][],
): Promise<Attached[]> {
  const words = query.toLowerCase();
  const known = [...inFront(client), ...ofWorkspace];
  const here = known.filter(({ label }) => label.toLowerCase().includes(words));
  const others = await Promise.all([files(client, query), symbols(client, query)]);
  const seen = new Set<string>();
  return [...here, ...others.flat()]
    .filter(({ chip, label }) => {
      const fresh = kinds.includes(chip.kind) && !seen.has(label);
      seen.add(label);
      return fresh;
    })
    .slice(0, most);
}

const ofWorkspace: readonly Attached[] = [
  { chip: { kind: 'diff' }, label: '@diff since the last commit' },
  { chip: { kind: 'repo' }, label: '@repo what suits the question' },
];

/** Return the selection in front as a chip, if something is selected. */
export function selectionChip(client: LanguageClient): Attached | undefined {
  return inFront(client).find(({ chip }) => chip.kind === 'selection');
}

function inFront(client: LanguageClient): Attached[] {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (!editor) {
    return [];
  }
  const { document, selection } = editor;
  const uri = client.code2ProtocolConverter.asUri(document.uri);
  const name = nameOf(document.uri);
  const found: Attached[] = [];
  if (!selection.isEmpty) {
    const range = client.code2ProtocolConverter.asRange(selection);
    const lines = `${selection.start.line + 1}-${selection.end.line + 1}`;
    found.push({ chip: { kind: 'selection', uri, range }, label: `@selection ${name}:${lines}` });
  }
  found.push({ chip: { kind: 'file', uri }, label: `@file ${name}` });
  if (vscode.languages.getDiagnostics(document.uri).length > 0) {
    found.push({ chip: { kind: 'problems', uri }, label: `@problems ${name}` });
  }
  return found;
}

async function files(client: LanguageClient, query: string): Promise<Attached[]> {
  const word = query.replace(/^file\s*/, '').replaceAll(/[*?{}[\]]/g, '');
  if (word.length < 2) {
    return [];
  }
  const found = await vscode.workspace.findFiles(`**/*${word}*`, undefined, most);
  return found.map((uri) => ({
    chip: { kind: 'file', uri: client.code2ProtocolConverter.asUri(uri) },
    label: `@file ${nameOf(uri)}`,
  }));
}

async function symbols(client: LanguageClient, query: string): Promise<Attached[]> {
  const word = query.replace(/^symbol\s*/, '');
  if (word.length < 2) {
    return [];
  }
  const found = await vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>(
    'vscode.executeWorkspaceSymbolProvider',
    word,
  );
  return (found ?? []).slice(0, most).map(({ name, location }) => ({
    chip: {
      kind: 'symbol',
      uri: client.code2ProtocolConverter.asUri(location.uri),
      range: client.code2ProtocolConverter.asRange(location.range),
      name,
    },
    label: `@symbol ${name}`,
  }));
}

function nameOf(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri, false);
}
