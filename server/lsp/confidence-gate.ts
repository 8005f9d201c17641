import { isKnown, type Completion } from '../completion/completion.js';
import { thresholdsFor, type ConfidenceData } from '../completion/confidence/thresholds.js';
import { unasked } from '../completion/confidence/unasked.js';
import type { Hole } from '../completion/hole.js';
import type { EngineHost } from './engine-host.js';
import type { SettingsStore } from './settings-store.js';
import type { StatisticsFeature } from './statistics.js';
import type { StatusReporter } from './status-reporter.js';

/** Holds back from those who have not asked what the model is not sure of, and says that it did. */
export class ConfidenceGate {
  constructor(
    private readonly data: ConfidenceData,
    private readonly settings: Pick<SettingsStore, 'current'>,
    private readonly host: Pick<EngineHost, 'info'>,
    private readonly status: Pick<StatusReporter, 'confident'>,
    private readonly statistics: Pick<StatisticsFeature, 'withheld'>,
  ) {}

  /** What of `completion` to show at `hole` in `document`; `undefined` for nothing. All of it where somebody asked. */
  pass(
    completion: Completion,
    hole: Hole,
    document: string,
    automatic: boolean,
  ): Completion | undefined {
    const shown = automatic ? this.unasked(completion, hole) : completion;
    const withheld = shown.text === '' && completion.text !== '';
    this.status.confident(!withheld, document);
    // The same text is held back at every keystroke that does not change it.
    if (withheld && !isKnown(completion)) this.statistics.withheld();
    return shown.text === '' ? undefined : shown;
  }

  private unasked(completion: Completion, hole: Hole): Completion {
    const { confidence } = this.settings.current;
    if (confidence === 'off') return completion;
    return unasked(
      completion,
      hole,
      thresholdsFor(this.data, this.host.info?.fingerprint, confidence),
    );
  }
}
