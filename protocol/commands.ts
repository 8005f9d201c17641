/** Commands the server executes (`workspace/executeCommand`). */
export const serverCommands = {
  /** Loads the model anew, for instance after a failed load was mended. No arguments, no result. */
  reloadModel: 'lacuna.reloadModel',
} as const;

export type ServerCommand = (typeof serverCommands)[keyof typeof serverCommands];
