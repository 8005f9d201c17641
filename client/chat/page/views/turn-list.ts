import type { TokenUsage, Turn } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import type { Host } from '../host.js';
import { t } from '../strings.js';
import { textButton } from './buttons.js';
import { TurnView, type TurnActions } from './turn-view.js';

/** Turns that are made at once; those before them when somebody asks for them. */
const PAGE = 30;

/** The turns of a conversation, the latest at the end. */
export class TurnList {
  readonly element = element('div', { class: 'turns' });
  private readonly views: TurnView[] = [];
  private earlier: readonly Turn[] = [];
  private readonly more = element('div', { class: 'row center', hidden: true });
  private readonly trimmed = element('p', {
    class: 'trimmed',
    attributes: { role: 'note' },
    text: t('The model no longer sees the turns above: they did not fit into its context.'),
  });

  constructor(
    private readonly host: Host,
    private readonly actions: TurnActions,
  ) {
    this.more.append(
      textButton(
        t('Show earlier turns'),
        () => {
          this.showEarlier();
        },
        'link',
      ),
    );
    this.element.append(this.more);
  }

  get latest(): TurnView | undefined {
    return this.views.at(-1);
  }

  /** What the latest turn cost that has ended. */
  get usage(): TokenUsage | undefined {
    return this.views.findLast((view) => view.usage)?.usage;
  }

  get empty(): boolean {
    return this.views.length === 0;
  }

  show(turns: readonly Turn[]): void {
    for (const view of this.views.splice(0)) view.element.remove();
    this.earlier = turns.slice(0, -PAGE);
    for (const turn of turns.slice(-PAGE)) this.add(turn);
    this.more.hidden = this.earlier.length === 0;
    this.markTrimmed();
  }

  add(turn: Turn): TurnView {
    const view = new TurnView(turn, this.host, this.actions);
    this.views.push(view);
    this.element.append(view.element);
    return view;
  }

  /** Takes away a turn and all behind it. */
  dropFrom(turn: string): void {
    const at = this.views.findIndex((view) => view.id === turn);
    if (at < 0) return;
    for (const view of this.views.splice(at)) view.element.remove();
  }

  drop(view: TurnView): void {
    const at = this.views.indexOf(view);
    if (at >= 0) this.views.splice(at, 1);
    view.element.remove();
  }

  /** Draws a line below the turns that the latest prompt had no room for. */
  markTrimmed(): void {
    const dropped = this.latest?.usage?.droppedTurns ?? 0;
    const last = this.views[dropped - this.earlier.length - 1];
    if (last) last.element.after(this.trimmed);
    else this.trimmed.remove();
  }

  /** Moves the focus to the turn before or behind the one that has it. */
  move(step: 1 | -1): void {
    const at = this.views.findIndex((view) => view.element.contains(document.activeElement));
    const next = at < 0 ? this.views.length - 1 : at + step;
    this.views[next]?.element.focus();
  }

  private showEarlier(): void {
    const turns = this.earlier.slice(-PAGE);
    this.earlier = this.earlier.slice(0, -PAGE);
    const views = turns.map((turn) => new TurnView(turn, this.host, this.actions));
    this.more.after(...views.map((view) => view.element));
    this.views.unshift(...views);
    this.more.hidden = this.earlier.length === 0;
    this.markTrimmed();
    views.at(-1)?.element.focus();
  }
}
