import type { Turn } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import type { Host } from '../host.js';
import type { CodeAction } from '../markdown/code-block.js';
import { MarkdownStream } from '../markdown/markdown-stream.js';
import { t } from '../strings.js';
import { usageText } from '../usage-text.js';
import { iconButton } from './buttons.js';
import { flashDone } from './flash.js';
import { QuestionView } from './question.js';
import { ReasoningView } from './reasoning.js';
import { sourcesView } from './sources.js';

/** What a person may do with a turn. */
export interface TurnActions {
  readonly retry: (turn: string) => void;
  readonly resend: (turn: string, question: string) => void;
  readonly fork: (turn: string) => void;
  /** Of the code blocks of its answer. */
  readonly code: (turn: TurnView) => readonly CodeAction[];
  /** The answer has grown. */
  readonly grown: () => void;
}

/** A question with its answer, which may still be on its way. */
export class TurnView {
  readonly element: HTMLElement;
  private readonly question: QuestionView;
  private readonly sources = element('div');
  private readonly reasoning = new ReasoningView();
  private readonly answer: MarkdownStream;
  private readonly waiting = element(
    'div',
    { class: 'waiting', attributes: { 'aria-hidden': 'true' } },
    element('span'),
    element('span'),
    element('span'),
  );
  private readonly note = element('div', { class: 'turn-note', hidden: true });
  private readonly footer = element('div', { class: 'turn-footer', hidden: true });

  constructor(
    private turn: Turn,
    private readonly host: Host,
    private readonly actions: TurnActions,
  ) {
    this.question = new QuestionView(turn.question, (question) => {
      actions.resend(this.turn.id, question);
    });
    this.answer = new MarkdownStream(actions.code(this), actions.grown);
    this.element = element(
      'article',
      { class: 'turn', attributes: { tabindex: '-1', 'aria-label': turn.question.slice(0, 120) } },
      element('h2', { class: 'visually-hidden', text: t('You') }),
      this.question.element,
      element('h2', { class: 'visually-hidden', text: t('Lacuna') }),
      this.sources,
      this.reasoning.element,
      this.answer.element,
      this.waiting,
      this.note,
      this.footer,
    );
    this.show(turn);
    if (turn.reasoning !== undefined) this.reasoning.append(turn.reasoning);
    this.answer.append(turn.answer);
    if (turn.state === 'running') this.element.setAttribute('aria-busy', 'true');
    else this.finish(turn);
  }

  get id(): string {
    return this.turn.id;
  }

  get usage(): Turn['usage'] {
    return this.turn.usage;
  }

  get running(): boolean {
    return this.element.hasAttribute('aria-busy');
  }

  /** What the server says of it before there is an answer. */
  show(turn: Turn): void {
    this.turn = turn;
    const sources = sourcesView(turn.sources, this.host);
    this.sources.replaceChildren(...(sources ? [sources] : []));
    this.question.editable = turn.state !== 'running';
  }

  appendReasoning(text: string): void {
    this.reasoning.append(text);
  }

  appendAnswer(text: string): void {
    this.waiting.hidden = true;
    this.reasoning.finish();
    this.answer.append(text);
  }

  /** It has ended, well or not. */
  finish(turn: Turn): void {
    // What came by progress is a beginning of what the turn holds; more where something was lost on the way.
    if (turn.answer.startsWith(this.answer.markdown))
      this.answer.append(turn.answer.slice(this.answer.markdown.length));
    this.show(turn);
    this.element.removeAttribute('aria-busy');
    this.waiting.hidden = true;
    this.reasoning.finish();
    this.answer.finish();
    this.showNote(turn);
    this.showFooter(turn);
  }

  beginEdit(): void {
    if (!this.running) this.question.beginEdit();
  }

  /** Says below the answer what went wrong, or what to know of it. */
  showError(message: string): void {
    this.note.hidden = false;
    this.note.className = 'turn-note error';
    this.note.setAttribute('role', 'alert');
    this.note.textContent = message;
  }

  private showNote({ state, error }: Turn): void {
    this.note.hidden = state === 'complete' || state === 'running';
    this.note.className = 'turn-note';
    if (state === 'stopped') this.note.textContent = t('Stopped.');
    if (state === 'cut')
      this.note.textContent = t('The answer was cut off: it reached the limit of tokens.');
    if (state === 'failed')
      this.showError(error ? `${error.message} ${error.remedy}` : t('The answer failed.'));
  }

  private showFooter(turn: Turn): void {
    const copy = iconButton('copy', t('Copy answer'), () => {
      void navigator.clipboard.writeText(turn.answer).then(() => {
        flashDone(copy);
      });
    });
    const retry = iconButton('retry', t('Answer again'), () => {
      this.actions.retry(turn.id);
    });
    const fork = iconButton('fork', t('Branch off a new conversation here'), () => {
      this.actions.fork(turn.id);
    });
    const facts = [turn.model, turn.usage && usageText(turn.usage)].filter(Boolean).join(' · ');
    this.footer.hidden = false;
    this.footer.replaceChildren(
      retry,
      copy,
      fork,
      element('span', { class: 'facts', text: facts, attributes: { title: facts } }),
    );
  }
}
