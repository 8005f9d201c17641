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
} as const;

export type ServerCommand = (typeof serverCommands)[keyof typeof serverCommands];
