/** The page of the chat view. It draws what the extension sends and says what the user did. */

import type { FromView, HistoryEntry, ToView, ViewState } from '../src/chat/messages.ts';
import type { ChatQuestion } from '../src/chat/protocol.ts';
import type { Turn } from '../src/chat/thread.ts';
import { Composer } from './composer.ts';
import { button, element, replace } from './elements.ts';
import { drawExamples } from './examples.ts';
import { toHtml } from './markdown.ts';

declare function acquireVsCodeApi(): { readonly postMessage: (message: FromView) => void };

const send = acquireVsCodeApi().postMessage;

const log = element('div', {
  class: 'log',
  role: 'log',
  'aria-label': 'Conversation',
  tabindex: '0',
});
const live = element('div', { class: 'hidden', role: 'status' });
const stage = element('div', { class: 'stage' });
const historyPanel = element('section', { class: 'history', 'aria-label': 'Earlier chats' });
const composer = new Composer(send);
const historyButton = button('History', () => {
  showHistory(historyPanel.hidden === true);
});

let state: ViewState | undefined;
let streamed = '';
let streaming: HTMLElement | undefined;
let drawing = 0;
/** What the page shows of the conversation. */
let drawn = '';
/** The examples on screen: what is marked in them outlives a drawing. */
let deciding: { readonly key: string; readonly element: HTMLElement } | undefined;

start();

function start(): void {
  historyPanel.hidden = true;
  historyButton.setAttribute('aria-expanded', 'false');
  const bar = element('nav', { class: 'bar', 'aria-label': 'Chats' }, [
    button('New chat', () => {
      send({ type: 'new' });
    }),
    historyButton,
  ]);
  const app = document.getElementById('app');
  const main = element('main', {}, [
    element('h1', { class: 'hidden' }, ['Pillion chat']),
    bar,
    historyPanel,
    log,
    stage,
    composer.element,
    live,
  ]);
  app?.replaceChildren(main);
  window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
    receive(data);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && historyPanel.hidden !== true) {
      showHistory(false);
    }
  });
  send({ type: 'ready' });
}

function receive(message: ToView): void {
  switch (message.type) {
    case 'state':
      draw(message.state);
      break;
    case 'part':
      streamed += message.text;
      // Drawing the whole answer anew is cheap, but not for every token.
      drawing ||= requestAnimationFrame(drawStreamed);
      break;
    case 'stage':
      stage.textContent = message.text;
      break;
    case 'history':
      drawHistory(message.entries);
      break;
    case 'suggestions':
      composer.suggest(message.query, message.found);
      break;
    case 'attach':
      composer.attach(message.attached);
      break;
    case 'focus':
      composer.focus();
      break;
  }
}

function draw(next: ViewState): void {
  const wasBusy = state?.busy ?? false;
  state = next;
  // Drawing what is there already would take away the focus, and what has streamed.
  const shown = JSON.stringify([next.thread, next.unavailable, next.busy]);
  if (shown === drawn) {
    composer.update(next);
    return;
  }
  drawn = shown;
  streamed = '';
  streaming = undefined;
  const { thread, unavailable, busy } = next;
  const turns = thread.turns.map((turn, index) =>
    drawTurn(turn, index === thread.turns.length - 1),
  );
  if (busy) {
    streaming = element('div', { class: 'text' });
    turns.push(
      element('article', { class: 'turn assistant', 'aria-busy': 'true' }, [
        who('assistant'),
        streaming,
      ]),
    );
  }
  keepingBottom(() => {
    replace(log, turns.length > 0 ? turns : [welcome(unavailable)]);
  });
  stage.textContent = busy ? 'Thinking…' : '';
  composer.update(next);
  if (unavailable !== undefined && turns.length > 0) {
    log.append(element('p', { class: 'problem' }, [unavailable]));
  }
  if (wasBusy && !busy) {
    live.textContent = 'The answer is complete.';
    log.scrollTop = log.scrollHeight;
  } else if (busy) {
    live.textContent = 'Pillion is answering.';
    log.scrollTop = log.scrollHeight;
  }
}

function welcome(unavailable: string | undefined): HTMLElement {
  const text =
    unavailable ??
    'Ask about your code. The model runs on this machine, and what you write stays on it. ' +
      'Type @ to attach code, / for commands.';
  return element('p', { class: unavailable === undefined ? 'welcome' : 'welcome problem' }, [text]);
}

function drawTurn(turn: Turn, isLast: boolean): HTMLElement {
  const parts: (HTMLElement | string)[] = [who(turn.role)];
  if (turn.chips) {
    const chips = turn.chips.map(({ label }) => element('li', {}, [label]));
    parts.push(element('ul', { class: 'chips', 'aria-label': 'Attached' }, chips));
  }
  const text = element('div', { class: 'text' });
  if (turn.role === 'user') {
    text.textContent =
      turn.command === undefined ? turn.text : `/${turn.command} ${turn.text}`.trim();
  } else {
    fill(text, turn.text, true);
  }
  parts.push(text);
  for (const note of turn.notes ?? []) {
    parts.push(element('p', { class: 'note' }, [note]));
  }
  if (turn.problem !== undefined) {
    parts.push(element('p', { class: 'problem' }, [turn.problem]));
  }
  if (turn.question) {
    const { text: asked } = turn.question;
    parts.push(isLast ? drawQuestion(turn.question) : drawText(asked));
  }
  const { accepted } = turn;
  if (accepted?.uri !== undefined) {
    parts.push(
      element('div', { class: 'actions' }, [
        button(
          'Add as tests',
          () => {
            send({ type: 'keep', accepted });
          },
          'Add the accepted examples to the tests of the project',
        ),
      ]),
    );
  }
  if (turn.role === 'assistant' && isLast) {
    parts.push(
      element('div', { class: 'actions' }, [
        button('Try again', () => {
          send({ type: 'retry' });
        }),
        button('Copy answer', () => {
          send({ type: 'copy', code: turn.text });
        }),
      ]),
    );
  }
  return element('article', { class: `turn ${turn.role}` }, parts);
}

function who(role: Turn['role']): HTMLElement {
  return element('h2', {}, [role === 'user' ? 'You' : 'Pillion']);
}

function drawQuestion({ text, choices, examples, function: name }: ChatQuestion): HTMLElement {
  const answer = (said: string): void => {
    send({ type: 'send', text: said, attached: [] });
  };
  if (examples && name !== undefined) {
    const key = `${state?.thread.id} ${state?.thread.turns.length}`;
    if (deciding?.key !== key) {
      deciding = { key, element: drawExamples(name, examples, answer) };
    }
    return deciding.element;
  }
  const buttons = choices.map((choice) =>
    button(choice, () => {
      answer(choice);
    }),
  );
  return element('div', { class: 'question', role: 'group', 'aria-label': text }, [
    drawText(text),
    ...buttons,
    element('p', { class: 'note' }, ['Or write an answer of your own below.']),
  ]);
}

/** A question that is answered stays to be read, without its buttons. */
function drawText(question: string): HTMLElement {
  const text = element('div', { class: 'text' });
  text.innerHTML = toHtml(question);
  return text;
}

function drawStreamed(): void {
  drawing = 0;
  if (streaming) {
    const into = streaming;
    keepingBottom(() => {
      fill(into, streamed, false);
    });
  }
}

/** Fill in an answer; blocks get their buttons once they are complete. */
function fill(into: HTMLElement, text: string, complete: boolean): void {
  into.innerHTML = toHtml(text);
  for (const block of complete ? into.querySelectorAll<HTMLElement>('.block') : []) {
    const code = block.querySelector('code')?.textContent ?? '';
    const info = block.dataset['info'] ?? '';
    block.querySelector('.actions')?.append(
      button('Copy', () => {
        send({ type: 'copy', code });
      }),
      button(
        'Insert',
        () => {
          send({ type: 'insert', code });
        },
        'Insert at the cursor',
      ),
      button(
        'Apply',
        () => {
          send({ type: 'apply', code, info });
        },
        'Show as a diff and apply',
      ),
      button('New file', () => {
        send({ type: 'create', code, info });
      }),
    );
  }
}

/** Stay at the end of the conversation, unless the user has scrolled up to read. */
function keepingBottom(change: () => void): void {
  const atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  change();
  if (atBottom) {
    log.scrollTop = log.scrollHeight;
  }
}

function showHistory(visible: boolean): void {
  historyPanel.hidden = !visible;
  historyButton.setAttribute('aria-expanded', String(visible));
  if (!visible) {
    composer.focus();
    return;
  }
  const search = element('input', {
    type: 'search',
    'aria-label': 'Search earlier chats',
    placeholder: 'Search',
  });
  search.addEventListener('input', () => {
    send({ type: 'history', query: search.value });
  });
  const list = element('ul', {});
  const clear = button('Delete all', () => {
    send({ type: 'clear' });
  });
  replace(historyPanel, [search, list, clear]);
  send({ type: 'history', query: '' });
  search.focus();
}

function drawHistory(entries: readonly HistoryEntry[]): void {
  const list = historyPanel.querySelector('ul');
  if (!list) {
    return;
  }
  const items = entries.map(({ id, title, when }) => {
    const open = button(title, () => {
      send({ type: 'open', id });
      showHistory(false);
    });
    const time = element('span', { class: 'note' }, [new Date(when).toLocaleString()]);
    const remove = button(
      'Delete',
      () => {
        send({ type: 'remove', id });
      },
      `Delete ${title}`,
    );
    return element('li', {}, [open, time, remove]);
  });
  replace(list, items.length > 0 ? items : [element('li', { class: 'note' }, ['No chats yet.'])]);
}
