import {
  DidChangeConfigurationNotification,
  type ClientCapabilities,
  type Connection,
  type InitializeParams,
} from 'vscode-languageserver';
import { defaultSettings, settingsSection, type LacunaSettings } from '../../protocol/index.js';
import { parseSettings } from './parse-settings.js';

/** Longest wait for the client to answer `workspace/configuration`, milliseconds. */
const ANSWER_DEADLINE_MS = 2000;

/**
 * The settings in force: `initializationOptions` under what `workspace/configuration` says, or under what
 * the client pushes if it cannot be asked.
 */
export class SettingsStore {
  current: LacunaSettings = defaultSettings;
  /** Resolves when the settings have been read for the first time. */
  readonly known: Promise<void>;

  private initial: unknown;
  private pushed: unknown;
  private canAsk = false;
  private canRegister = false;
  private becomeKnown!: () => void;

  /** `onChange` is called when settings have been read, even if they are the same. */
  constructor(
    private readonly connection: Connection,
    private readonly onChange: (settings: LacunaSettings) => void,
  ) {
    this.known = new Promise((resolve) => {
      this.becomeKnown = resolve;
    });
  }

  initialize({ capabilities, initializationOptions }: InitializeParams): void {
    this.initial = initializationOptions as unknown;
    // A client may send anything, and garbage must not keep the server from starting.
    const workspace = (capabilities as ClientCapabilities | undefined)?.workspace;
    this.canAsk = workspace?.configuration === true;
    this.canRegister = workspace?.didChangeConfiguration?.dynamicRegistration === true;
    this.connection.onDidChangeConfiguration(({ settings }: { settings: unknown }) => {
      this.pushed = sectionOf(settings);
      void this.read();
    });
  }

  /** Reads the settings for the first time. */
  async initialized(): Promise<void> {
    if (this.canRegister) {
      const change = { section: settingsSection };
      this.connection.client
        .register(DidChangeConfigurationNotification.type, change)
        .catch((error: unknown) => {
          this.connection.console.warn(`Changed settings will not be noticed: ${String(error)}`);
        });
    }
    await this.read();
  }

  private async read(): Promise<void> {
    const layer = this.canAsk ? await this.ask() : this.pushed;
    const { settings, problems } = parseSettings(this.initial, layer);
    for (const problem of problems) this.connection.console.warn(problem);
    this.current = settings;
    this.onChange(settings);
    this.becomeKnown();
  }

  private async ask(): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${ANSWER_DEADLINE_MS} ms`));
      }, ANSWER_DEADLINE_MS);
    });
    try {
      const answer = this.connection.workspace.getConfiguration(
        settingsSection,
      ) as Promise<unknown>;
      return await Promise.race([answer, deadline]);
    } catch (error) {
      this.connection.console.warn(`The client did not give its settings: ${String(error)}`);
      return this.pushed;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Clients push either all settings or only those of the section they were asked to watch. */
function sectionOf(settings: unknown): unknown {
  if (typeof settings !== 'object' || settings === null) return undefined;
  return (settings as Record<string, unknown>)[settingsSection] ?? settings;
}
