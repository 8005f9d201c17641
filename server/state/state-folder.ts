import { homedir } from 'node:os';
import path from 'node:path';

/** Where what programs remember of this user is kept: a folder of our own under the one that the system has for it. */
export function stateFolder(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  home = homedir(),
): string {
  return path.join(systemFolder(platform, environment, home), 'lacuna');
}

function systemFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support');
  const given = env['XDG_STATE_HOME'] ?? '';
  // The base directory specification wants relative ones ignored.
  return path.isAbsolute(given) ? given : path.join(home, '.local', 'state');
}
