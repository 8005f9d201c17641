import {
  chatRequests,
  editRequests,
  type EditHunk,
  type EditProposal,
} from '../../../../protocol/index.js';
import type { Announcer } from '../announcer.js';
import { element } from '../dom.js';
import type { Host } from '../host.js';
import { t } from '../strings.js';
import { textButton } from './buttons.js';

/** A text's lines; what stands behind its last line break is none where it is empty. */
function lines(text: string): readonly string[] {
  const all = text.split(/\r?\n/);
  if (all.at(-1) === '') all.pop();
  return all;
}

function diffLine(kind: 'old' | 'new', text: string): HTMLElement {
  const [mark, label] = kind === 'old' ? ['−', t('removed')] : ['+', t('added')];
  return element(
    'div',
    { class: `diff-line ${kind}` },
    element('span', { class: 'diff-mark', text: mark, attributes: { 'aria-hidden': 'true' } }),
    element('span', { class: 'visually-hidden', text: `${label}: ` }),
    element('span', { text: text || ' ' }),
  );
}

interface Choice {
  readonly element: HTMLElement;
  readonly box: HTMLInputElement;
}

function hunkView(hunk: EditHunk, index: number, onChange: () => void): Choice {
  const box = element('input', { attributes: { type: 'checkbox' }, on: { change: onChange } });
  box.checked = true;
  const line = hunk.range.start.line + 1;
  const view = element(
    'div',
    { class: 'hunk' },
    element('label', { class: 'hunk-head' }, box, t('Change {0}, line {1}', index + 1, line)),
    element(
      'div',
      {
        class: 'diff',
        attributes: { tabindex: '0', role: 'region', 'aria-label': t('Difference {0}', index + 1) },
      },
      ...lines(hunk.oldText).map((text) => diffLine('old', text)),
      ...lines(hunk.newText).map((text) => diffLine('new', text)),
    ),
  );
  return { element: view, box };
}

/** An edit that waits for a person: its hunks, each accepted or rejected, applied together as one step. */
export class ProposalView {
  readonly element = element('section', { class: 'proposal' });
  private readonly hunks: readonly Choice[];
  private readonly apply = textButton('', () => void this.accept(), 'primary');
  private readonly actions = element('div', { class: 'row wrap' });
  private readonly outcome = element('p', { class: 'outcome', hidden: true });

  constructor(
    private readonly proposal: EditProposal,
    private readonly host: Host,
    private readonly announcer: Announcer,
  ) {
    this.hunks = proposal.hunks.map((hunk, i) =>
      hunkView(hunk, i, () => {
        this.showCount();
      }),
    );
    const file = decodeURIComponent(proposal.uri.slice(proposal.uri.lastIndexOf('/') + 1));
    this.element.setAttribute('aria-label', proposal.title);
    this.actions.append(
      this.apply,
      textButton(t('Discard'), () => {
        void this.host.request(editRequests.discard, { id: proposal.id }).catch(() => undefined);
        this.end(t('Discarded.'));
      }),
    );
    if (host.can.review)
      this.actions.append(
        textButton(
          t('Review in the editor'),
          () => {
            host.act({ kind: 'review', proposal });
          },
          'link',
        ),
      );
    this.element.append(
      element(
        'div',
        { class: 'proposal-head' },
        element('strong', { text: proposal.title }),
        (proposal.creates || !proposal.title.includes(file)) &&
          element('span', {
            class: 'detail',
            text: proposal.creates ? t('{0}, a new file', file) : file,
          }),
      ),
      ...this.hunks.map((hunk) => hunk.element),
      this.actions,
      this.outcome,
    );
    this.showCount();
  }

  focus(): void {
    this.apply.focus();
  }

  private get accepted(): readonly number[] {
    return this.hunks.flatMap(({ box }, i) => (box.checked ? [i] : []));
  }

  private showCount(): void {
    const { length } = this.accepted;
    const all = this.hunks.length;
    this.apply.textContent =
      length === all ? t('Apply') : t('Apply {0} of {1} changes', length, all);
    this.apply.disabled = length === 0;
  }

  private async accept(): Promise<void> {
    this.apply.disabled = true;
    try {
      const { id } = this.proposal;
      const result = await this.host.request(editRequests.accept, { id, hunks: this.accepted });
      if (result.applied) this.end(t('Applied.'));
      else this.say(result.reason ?? t('Nothing was applied.'), true);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), true);
    }
    this.apply.disabled = this.accepted.length === 0;
  }

  private end(message: string): void {
    for (const { element: view } of this.hunks) view.remove();
    this.actions.remove();
    this.element.classList.add('ended');
    this.say(message, false);
  }

  private say(message: string, wrong: boolean): void {
    this.outcome.hidden = false;
    this.outcome.classList.toggle('error', wrong);
    this.outcome.textContent = message;
    this.announcer.say(message);
  }
}

/** Asks for the edit that a code block makes, and shows it. @throws {Error} why there is none, and what to do */
export async function proposeBlock(
  host: Host,
  announcer: Announcer,
  params: { readonly conversation: string; readonly turn: string; readonly block: number },
): Promise<ProposalView> {
  const { proposal, refusal } = await host.request(chatRequests.apply, params);
  if (!proposal) throw new Error(`${refusal.message} ${refusal.remedy}`);
  announcer.say(t('{0}: {1} changes to review', proposal.title, proposal.hunks.length));
  return new ProposalView(proposal, host, announcer);
}
