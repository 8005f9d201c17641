/** Commands the server executes (`workspace/executeCommand`). */
export const serverCommands = {
  /** Loads the model anew, for instance after a failed load was mended. No arguments, no result. */
  reloadModel: 'lacuna.reloadModel',
  /** The latest prompt, segment by segment. No arguments; a `PromptReport`, or `null` while there is none. */
  lastPrompt: 'lacuna.lastPrompt',
  /** What was counted so far. No arguments; a `StatisticsReport`. */
  showStatistics: 'lacuna.showStatistics',
  /** Models on this machine. No arguments; a `ModelsReport`. */
  listModels: 'lacuna.listModels',
  /** What a model file is. Its path as the only argument; a `FoundModel`. */
  describeModel: 'lacuna.describeModel',
  /**
   * Has the model edit a document and the client apply it. URI, range, instruction, `EditCommandOptions`, of which the last
   * may be left out; an `AcceptResult`. Why nothing was applied is shown as a message, too.
   */
  edit: 'lacuna.edit',
  /**
   * What a piece of code does. URI and range; a `TextOutcome` in Markdown. With `{show: true}` as the third argument the
   * text is shown as a message, too, for clients that do nothing with it.
   */
  explain: 'lacuna.explain',
  /** A message for what is staged, or where nothing is, for what was changed. URI of a folder, or nothing; a `TextOutcome`. */
  commitMessage: 'lacuna.commitMessage',
  /** Other names for what is named at a place. URI and position; a `NamesOutcome`. Renaming is the language's own server's work. */
  suggestNames: 'lacuna.suggestNames',
} as const;

export type ServerCommand = (typeof serverCommands)[keyof typeof serverCommands];
