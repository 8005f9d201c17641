/** The hole that every editor is given, at `█`: one that the embedded model fills well. */
export const sourceHole = `import { workspace } from 'vscode';

const section = 'inventory';

export function readColumns(): number {
  const configuration = workspace.getConfiguration(section);
  return configuration.get('columns', 80);
}

export async function writeColumns(columns: number): Promise<void> {
  const configuration = workspace.█
  await configuration.update('columns', columns);
}
`;
