import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { editorEnvironment, root } from './hole.js';
import { scriptVariable, type ScriptedReply } from './scripted-server/script.js';

/** Where a scripted server finds its replies, in the folder of an editor. */
export const scriptIn = (folder: string): string => path.join(folder, 'script.json');

/** An environment in which `lacuna` is the server of this repository, but answers by a script. */
export function scriptedEnvironment(
  folder: string,
  replies: readonly ScriptedReply[],
): NodeJS.ProcessEnv {
  const env = editorEnvironment(folder);
  const program = path.join(folder, 'lacuna');
  const server = path.join(root, 'dist/test/editors/scripted-server/main.js');
  // Not the repository's own program, which the link leads to.
  rmSync(program);
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${server}' "$@"\n`);
  chmodSync(program, 0o755);
  writeFileSync(scriptIn(folder), JSON.stringify(replies));
  // Conversations are this test's alone.
  return { ...env, XDG_STATE_HOME: path.join(folder, 'state'), [scriptVariable]: scriptIn(folder) };
}
