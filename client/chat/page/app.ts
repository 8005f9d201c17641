import {
  chatRequests,
  type ChatAvailability,
  type Conversation,
  type PageNews,
} from '../../../protocol/index.js';
import { Announcer } from './announcer.js';
import { ConversationView } from './conversation-view.js';
import { element } from './dom.js';
import type { Host } from './host.js';
import { saveMarkdown } from './save-markdown.js';
import { Composer } from './views/composer.js';
import { Header } from './views/header.js';
import { History } from './views/history.js';
import { Notice } from './views/notice.js';
import { Scroller } from './views/scroller.js';
import { welcome } from './views/welcome.js';

/** Milliseconds between two looks at whether a model has loaded. */
const POLL_MS = 1500;

/** The page: which conversation is shown, and what its parts tell each other. */
export class App {
  private readonly announcer = new Announcer();
  private readonly header: Header;
  private readonly notice: Notice;
  private readonly history: History;
  private readonly composer: Composer;
  private readonly area = element('main', { class: 'area' });
  private readonly scroller = new Scroller(this.area);
  /** Conversations with an answer on its way, which the person may have left. */
  private readonly busy = new Map<string, ConversationView>();
  private view: ConversationView | undefined;
  private availability: ChatAvailability | undefined;
  private draft = '';

  constructor(private readonly host: Host) {
    this.header = new Header({
      fresh: () => {
        this.fresh();
      },
      history: () => void this.history.open(),
      export: () => void this.export(),
      rename: (title) => void this.rename(title),
    });
    this.notice = new Notice(host);
    this.history = new History(host, {
      open: (conversation) => void this.open(conversation),
      removed: (conversation) => {
        if (this.view?.id === conversation) this.fresh();
      },
      failed: this.failed,
    });
    this.composer = new Composer({
      send: (question) => void this.send(question),
      stop: () => void this.view?.stop().catch(this.failed),
      mentions: (query) => host.request(chatRequests.mentions, { query }).catch(() => []),
      pin: (mention) => void this.pin(mention),
      editLast: () => this.view?.turns.latest?.beginEdit(),
      changed: (draft) => {
        this.draft = draft;
        this.remember();
      },
    });
  }

  async start(root: HTMLElement): Promise<void> {
    root.append(
      this.header.element,
      this.area,
      this.notice.element,
      this.composer.element,
      this.history.element,
      this.announcer.element,
    );
    document.addEventListener('keydown', (event) => {
      if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
      event.preventDefault();
      this.view?.turns.move(event.key === 'ArrowUp' ? -1 : 1);
    });
    const { conversation, draft } = this.host.recall();
    this.draft = draft ?? '';
    this.composer.text = this.draft;
    this.fresh(false);
    this.host.listen((news) => {
      this.hear(news);
    }, this.lost);
    await Promise.all([this.checkModel(), conversation && this.open(conversation)]);
    this.composer.focus();
  }

  private hear(news: PageNews): void {
    if (news.type === 'status') void this.checkModel();
    else if (news.type === 'new') this.fresh();
    else if (news.type === 'history') void this.history.open();
    else if (news.type === 'didChange') void this.changedElsewhere(news.conversation);
    else {
      this.fresh();
      if (news.send) void this.send(news.question);
      else this.composer.text = news.question;
    }
  }

  private async checkModel(): Promise<void> {
    try {
      const availability = await this.host.request(chatRequests.availability, {});
      this.availability = availability;
      this.notice.show(availability);
      this.showMeter();
      if (!availability.available && availability.reason === 'loading')
        setTimeout(() => void this.checkModel(), POLL_MS);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Leaves the conversation that is shown, for one that does not exist until something is asked. */
  private fresh(focus = true): void {
    this.view = undefined;
    this.area.replaceChildren(
      welcome((question) => {
        this.composer.text = question;
        this.composer.focus();
      }),
    );
    this.showState();
    if (focus) this.composer.focus();
  }

  private async open(conversation: string): Promise<void> {
    const busy = this.busy.get(conversation);
    if (busy) {
      this.show(busy);
      return;
    }
    try {
      const params = { conversation };
      this.show(this.viewOf(await this.host.request(chatRequests.open, params)));
    } catch (error) {
      this.fresh();
      this.failed(error);
    }
  }

  private viewOf(conversation: Conversation): ConversationView {
    const view: ConversationView = new ConversationView(conversation, this.host, this.announcer, {
      changed: () => {
        if (view.running) this.busy.set(view.id, view);
        else this.busy.delete(view.id);
        if (this.view === view) this.showState();
      },
      grown: () => {
        if (this.view === view) this.scroller.follow();
      },
      refused: (question, message) => {
        if (this.view === view && this.draft === '') this.composer.text = question;
        this.failed(message);
      },
      forked: (fork) => {
        this.show(this.viewOf(fork));
        this.composer.focus();
      },
      failed: this.failed,
    });
    return view;
  }

  private show(view: ConversationView): void {
    this.view = view;
    this.area.replaceChildren(view.turns.element);
    this.showState();
    this.scroller.toEnd();
  }

  private async send(question: string): Promise<void> {
    this.notice.warn('');
    if (this.availability) this.notice.show(this.availability);
    try {
      if (!this.view) this.show(this.viewOf(await this.host.request(chatRequests.create, {})));
      this.scroller.toEnd();
      const asked = this.view?.send(question);
      this.scroller.toEnd();
      await asked;
    } catch (error) {
      this.composer.text = question;
      this.failed(error);
    }
  }

  private async pin(mention: string): Promise<void> {
    try {
      if (!this.view) this.show(this.viewOf(await this.host.request(chatRequests.create, {})));
      const { view } = this;
      if (!view) return;
      const without = view.pinned.filter((each) => each !== mention);
      const mentions = without.length < view.pinned.length ? without : [...view.pinned, mention];
      view.update(await this.host.request(chatRequests.pin, { conversation: view.id, mentions }));
    } catch (error) {
      this.failed(error);
    }
  }

  private async rename(title: string): Promise<void> {
    const { view } = this;
    if (!view) return;
    try {
      await this.host.request(chatRequests.rename, { conversation: view.id, title });
      await this.changedElsewhere(view.id);
    } catch (error) {
      this.failed(error);
    }
  }

  private async export(): Promise<void> {
    const { view } = this;
    if (!view) return;
    try {
      const markdown = await this.host.request(chatRequests.export, { conversation: view.id });
      if (this.host.can.show) this.host.act({ kind: 'show', title: view.title, markdown });
      else saveMarkdown(view.title, markdown);
    } catch (error) {
      this.failed(error);
    }
  }

  private async changedElsewhere(conversation: string): Promise<void> {
    const { view } = this;
    if (view?.id !== conversation) return;
    const params = { conversation };
    await this.host.request(chatRequests.open, params).then((changed) => {
      view.update(changed);
    }, this.failed);
  }

  private showState(): void {
    this.header.show(this.view?.title ?? '');
    this.composer.running = this.view?.running ?? false;
    this.composer.showPins(this.view?.pinned ?? []);
    this.showMeter();
    this.remember();
  }

  private showMeter(): void {
    const { availability } = this;
    const length = availability?.available ? availability.contextLength : undefined;
    this.composer.meter.show(this.view?.turns.usage, length);
  }

  private remember(): void {
    this.host.remember({ ...(this.view && { conversation: this.view.id }), draft: this.draft });
  }

  private readonly failed = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    this.notice.warn(message);
    this.announcer.say(message);
  };

  private readonly lost = (message: string): void => {
    this.notice.warn(message);
  };
}
