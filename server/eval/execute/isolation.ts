import { spawnSync } from 'node:child_process';

/** How a program is kept apart from the machine; what comes in front of its command line. */
export interface Isolation {
  readonly prefix: readonly string[];
  /** Whether it has no network and cannot leave processes behind. */
  readonly namespaces: boolean;
}

const PROBE_MS = 10_000;
const unshare = [
  ...['unshare', '--map-root-user', '--net', '--ipc'],
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
];

/** Namespaces of its own where this system lets its users make them, as most Linux systems do; else none. */
export function findIsolation(): Isolation {
  const [command = '', ...rest] = unshare;
  const probe = spawnSync(command, [...rest, 'true'], { timeout: PROBE_MS, stdio: 'ignore' });
  return probe.status === 0
    ? { prefix: unshare, namespaces: true }
    : { prefix: [], namespaces: false };
}
