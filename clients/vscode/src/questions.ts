/** Questions of the server (`window/showMessageRequest`), as VS Code's messages with buttons. */

import * as vscode from 'vscode';
import {
  MessageType,
  ShowMessageRequest,
  type LanguageClient,
  type MessageActionItem,
  type ShowMessageRequestParams,
} from 'vscode-languageclient/node';

/** Answers questions for the user who has answered them before; returns nothing for the others. */
export type Answered = (params: ShowMessageRequestParams) => MessageActionItem | undefined;

/** Handle the questions of a client that is about to start. */
export function listenTo(client: LanguageClient, answered: Answered): void {
  client.onRequest(ShowMessageRequest.method, async (params: ShowMessageRequestParams) => {
    const known = answered(params);
    if (known) {
      return known;
    }
    const actions = params.actions ?? [];
    const show = shows[params.type] ?? vscode.window.showInformationMessage;
    const title = await show(params.message, ...actions.map((action) => action.title));
    return actions.find((action) => action.title === title) ?? null;
  });
}

/** Say yes to the download of the model: setting Pillion up had named it and its size. */
export function downloadAgreed(params: ShowMessageRequestParams): MessageActionItem | undefined {
  return params.actions?.find(({ title }) => title.startsWith('Download '));
}

type Show = (message: string, ...items: string[]) => Thenable<string | undefined>;

const shows: Partial<Record<MessageType, Show>> = {
  [MessageType.Error]: vscode.window.showErrorMessage,
  [MessageType.Warning]: vscode.window.showWarningMessage,
};
