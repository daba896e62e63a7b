/**
 * Answers as HTML. HTML in an answer is shown as text, pictures are left out, links may lead only
 * to web and mail addresses: what a model writes can never run or load anything here.
 */

import hljs from 'highlight.js/lib/common';
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: false, linkify: false, breaks: false, highlight });

markdown.disable('image');
markdown.validateLink = (url) => /^(https?:|mailto:)/i.test(url.trim());

/** Blocks of code carry their text's place in `data-block`, so that buttons can be put on them. */
markdown.renderer.rules['fence'] = (tokens, index) => {
  const token = tokens[index];
  const info = token?.info.trim() ?? '';
  const code = token?.content ?? '';
  const name = escape(info || 'code');
  return (
    `<section class="block" data-info="${escape(info)}" aria-label="Code, ${name}">` +
    `<div class="head"><span>${name}</span><span class="actions"></span></div>` +
    `<pre tabindex="0"><code>${highlight(code, info.split(/\s+/, 1)[0] ?? '')}</code></pre></section>`
  );
};

export function toHtml(text: string): string {
  return markdown.render(text);
}

function highlight(code: string, language: string): string {
  if (hljs.getLanguage(language)) {
    return hljs.highlight(code, { language, ignoreIllegals: true }).value;
  }
  return escape(code);
}

function escape(text: string): string {
  return markdown.utils.escapeHtml(text);
}
