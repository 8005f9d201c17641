import { parentPort, workerData } from 'node:worker_threads';
import { Indexer } from './indexer.js';
import type { IndexTask, WorkerSetup } from './messages.js';

const port = parentPort;
if (!port) throw new Error('the indexer runs in a worker thread only');
const indexer = new Indexer(workerData as WorkerSetup, (news, transfer = []) => {
  port.postMessage(news, transfer);
});
port.on('message', (task: IndexTask) => {
  void indexer.run(task);
});
