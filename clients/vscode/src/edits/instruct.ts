/** "Edit with Pillion…": asks what to change, and orders the change from the server. */

import * as vscode from 'vscode';
import type { Session } from '../server/session.ts';

/** Ask for an instruction and send it; the server answers with an edit, which is previewed. */
export async function editAsTold({ client }: Session): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return;
  }
  if (!client) {
    void vscode.window.showWarningMessage('The server of Pillion does not run.');
    return;
  }
  const { document, selection } = editor;
  const instruction = await vscode.window.showInputBox({
    title: 'Edit with Pillion',
    prompt: selection.isEmpty
      ? 'What to change in the function around the cursor'
      : 'What to change in the selection',
    ignoreFocusOut: true,
  });
  if (!instruction?.trim()) {
    return;
  }
  await client.sendRequest('workspace/executeCommand', {
    command: 'pillion.action',
    arguments: [
      {
        action: 'edit',
        title: 'Editing with Pillion',
        textDocument: {
          uri: client.code2ProtocolConverter.asUri(document.uri),
          version: document.version,
        },
        range: client.code2ProtocolConverter.asRange(selection),
        arguments: { instruction },
      },
    ],
  });
}
