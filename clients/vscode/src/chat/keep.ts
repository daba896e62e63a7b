/** Accepted examples become tests: the server says where and how, the diff is shown first. */

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { decisionText } from './examples.ts';
import type { AcceptedExamples } from './protocol.ts';

export async function keepExamples(
  client: LanguageClient,
  accepted: AcceptedExamples,
): Promise<void> {
  if (accepted.uri === undefined) {
    return;
  }
  // The server works on open documents.
  await vscode.workspace.openTextDocument(client.protocol2CodeConverter.asUri(accepted.uri));
  const start = { line: 0, character: 0 };
  const examples = decisionText(
    accepted.function,
    accepted.examples.map((example) => ({ ...example, accepted: true })),
  );
  await client.sendRequest('workspace/executeCommand', {
    command: 'pillion.action',
    arguments: [
      {
        action: 'keepExamples',
        title: 'Adding tests',
        textDocument: { uri: accepted.uri },
        range: { start, end: start },
        arguments: { examples },
      },
    ],
  });
}
