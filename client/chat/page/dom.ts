/** Children of an element: a string becomes a text node, never markup. */
export type Child = Node | string | false | undefined;

export interface Properties {
  readonly class?: string;
  readonly text?: string;
  readonly hidden?: boolean;
  /** Attributes by their names in HTML. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: {
    readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void;
  };
}

/** Makes an element. Nothing that is given can become markup; attributes are chosen by the code that calls. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (properties.class !== undefined) made.className = properties.class;
  if (properties.text !== undefined) made.textContent = properties.text;
  if (properties.hidden) made.hidden = true;
  for (const [name, value] of Object.entries(properties.attributes ?? {}))
    made.setAttribute(name, value);
  for (const [name, listener] of Object.entries(properties.on ?? {}))
    made.addEventListener(name, listener as EventListener);
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

/** The next frame, or soon after where the page is hidden and none is drawn. */
export function nextFrame(work: () => void): void {
  if (document.visibilityState === 'hidden') setTimeout(work, 100);
  else requestAnimationFrame(work);
}
