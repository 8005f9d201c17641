import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Indexer } from './indexer.js';
import type { IndexTask, WorkerSetup } from './messages.js';

/** Niceness, 0 … 19. */
const LOW_PRIORITY = 10;

const port = parentPort;
if (!port) throw new Error('the indexer runs in a worker thread only');
// On Linux a thread has a priority of its own: somebody who waits for a completion goes first. Elsewhere this would be the
// whole server's.
if (process.platform === 'linux') setPriority(0, LOW_PRIORITY);
const indexer = new Indexer(workerData as WorkerSetup, (news, transfer = []) => {
  port.postMessage(news, transfer);
});
port.on('message', (task: IndexTask) => {
  void indexer.run(task);
});
