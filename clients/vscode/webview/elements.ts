/** Making elements of the page. Text only ever becomes text, never HTML. */

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  children: readonly (HTMLElement | string)[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function button(label: string, click: () => void, description?: string): HTMLButtonElement {
  const made = element('button', { type: 'button' }, [label]);
  if (description !== undefined) {
    made.setAttribute('aria-label', description);
    made.title = description;
  }
  made.addEventListener('click', click);
  return made;
}

export function replace(parent: HTMLElement, children: readonly HTMLElement[]): void {
  parent.replaceChildren(...children);
}
