import { EventEmitter, l10n, window, type Disposable } from 'vscode';

/** Quiet for a while: nothing is suggested by itself; what somebody asks for still comes. Ends with the window. */
export class Snooze implements Disposable {
  private readonly changed = new EventEmitter<void>();
  private timer: NodeJS.Timeout | undefined;
  private ending: Date | undefined;

  /** Fires when quiet begins and when it ends. */
  readonly onDidChange = this.changed.event;

  /** When quiet ends; `undefined` where there is none. */
  get until(): Date | undefined {
    return this.ending;
  }

  /** From now on; what was left of an earlier one does not count. */
  start(minutes: number): void {
    clearTimeout(this.timer);
    const milliseconds = minutes * 60_000;
    this.ending = new Date(Date.now() + milliseconds);
    this.timer = setTimeout(() => {
      this.end();
    }, milliseconds);
    this.changed.fire();
  }

  end(): void {
    clearTimeout(this.timer);
    if (!this.ending) return;
    this.ending = undefined;
    this.changed.fire();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
  }
}

const lengths = [5, 15, 30, 60];

/** Asks for how long, and begins. */
export async function askAndSnooze(snooze: Snooze): Promise<void> {
  const items = lengths.map((minutes) => ({ label: l10n.t('{0} minutes', minutes), minutes }));
  const placeHolder = l10n.t('Suggest nothing for how long? What you ask for still comes.');
  const picked = await window.showQuickPick(items, { placeHolder });
  if (picked) snooze.start(picked.minutes);
}
