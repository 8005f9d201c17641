import type { ChatSource } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import type { Host } from '../host.js';
import { count, t } from '../strings.js';

function place({ label, lines }: ChatSource): string {
  if (!lines) return label;
  const { first, last } = lines;
  return first === last ? `${label}:${first + 1}` : `${label}:${first + 1}–${last + 1}`;
}

function sourceItem(source: ChatSource, host: Host): HTMLElement {
  const { uri, lines } = source;
  const name =
    uri !== undefined && host.can.open
      ? element('button', {
          class: 'link',
          text: place(source),
          attributes: { type: 'button', title: uri },
          on: {
            click: () => {
              host.act({ kind: 'open', uri, ...(lines && { lines }) });
            },
          },
        })
      : element('span', { text: place(source) });
  const detail = source.note ?? t('{0} tokens', count(source.tokens));
  return element(
    'li',
    { ...(source.note !== undefined && { class: 'noted' }) },
    name,
    element('span', { class: 'detail', text: detail }),
  );
}

/** What the model was shown beside the question, folded; open where something was left out, with the reason. */
export function sourcesView(sources: readonly ChatSource[], host: Host): HTMLElement | undefined {
  if (sources.length === 0) return undefined;
  const title = sources.length === 1 ? t('1 source') : t('{0} sources', sources.length);
  const list = element('ul', {}, ...sources.map((source) => sourceItem(source, host)));
  const details = element(
    'details',
    { class: 'fold sources' },
    element('summary', { text: title }),
    list,
  );
  details.open = sources.some(({ note }) => note !== undefined);
  return details;
}
