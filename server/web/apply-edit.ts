import { randomUUID } from 'node:crypto';
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  ApplyWorkspaceEditParams,
  ApplyWorkspaceEditResult,
  TextEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** What happens to one file. */
interface FileEdit {
  readonly file: string;
  readonly creates: boolean;
  readonly edits: readonly TextEdit[];
}

/**
 * Applies a server's edit to files on disk, since no editor has them open: each is written beside its place and then moved
 * there. Files outside the folder are not touched.
 *
 * @param folder of the workspace
 */
export async function applyToFiles(
  { edit }: ApplyWorkspaceEditParams,
  folder: string,
): Promise<ApplyWorkspaceEditResult> {
  try {
    for (const change of fileEdits(edit)) await applyToFile(change, folder);
    return { applied: true };
  } catch (error) {
    return {
      applied: false,
      failureReason: error instanceof Error ? error.message : String(error),
    };
  }
}

function fileEdits({ documentChanges, changes }: ApplyWorkspaceEditParams['edit']): FileEdit[] {
  const created = new Set<string>();
  const found = Object.entries(changes ?? {}).map(([uri, edits]): FileEdit => {
    return { file: fileURLToPath(uri), creates: false, edits };
  });
  for (const change of documentChanges ?? []) {
    if ('textDocument' in change) {
      const file = fileURLToPath(change.textDocument.uri);
      const edits = change.edits.filter((edit): edit is TextEdit => 'newText' in edit);
      if (edits.length < change.edits.length) throw new Error('Snippets cannot be applied here.');
      found.push({ file, creates: created.has(file), edits });
    } else if (change.kind === 'create') created.add(fileURLToPath(change.uri));
    else throw new Error(`Files cannot be changed by “${change.kind}” here.`);
  }
  return found;
}

async function applyToFile({ file, creates, edits }: FileEdit, folder: string): Promise<void> {
  // Where links lead, for the file itself as for its folder.
  const real = creates
    ? path.join(await realpath(path.dirname(file)), path.basename(file))
    : await realpath(file);
  const inside = path.relative(await realpath(folder), real);
  if (inside.startsWith('..') || path.isAbsolute(inside))
    throw new Error(`${file} lies outside the folder that is served.`);
  const text = creates ? '' : await readFile(real, 'utf8');
  const document = TextDocument.create('file:///edited', '', 0, text);
  const changed = TextDocument.applyEdits(document, [...edits]);
  if (creates) {
    await writeFile(real, changed, { flag: 'wx' });
    return;
  }
  const fresh = path.join(path.dirname(real), `.${path.basename(real)}.${randomUUID()}.tmp`);
  try {
    const { mode } = await stat(real);
    await writeFile(fresh, changed, { flag: 'wx', mode });
    await chmod(fresh, mode);
    await rename(fresh, real);
  } finally {
    await rm(fresh, { force: true });
  }
}
