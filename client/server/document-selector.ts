/**
 * The documents Lacuna completes: files, those not saved yet, and notebook cells. All of them are of a
 * workspace on the machine that the extension runs on; virtual workspaces have schemes of their own.
 */
export const documentSelector = [
  { scheme: 'file' },
  { scheme: 'untitled' },
  { scheme: 'vscode-notebook-cell' },
  { scheme: 'vscode-remote' },
];
