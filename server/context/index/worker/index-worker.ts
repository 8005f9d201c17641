import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { IndexNews, IndexTask, WorkerSetup } from './messages.js';

/** After so long without a task the thread ends, and its grammars go out of memory; milliseconds. */
const IDLE_MS = 60_000;
/**
 * Memory of the thread's JavaScript, MiB: what lives long, and what does not. The second is small so that garbage goes
 * early. The grammars' own is not counted in.
 */
const HEAP_MB = 128;
const YOUNG_MB = 4;

/** The compiled `worker/main.js`: of a clone or the extension, or else the one that is bundled for npm. */
export function indexWorkerFile(packageRoot: string): string {
  const compiled = path.join(packageRoot, 'dist/server/context/index/worker/main.js');
  if (existsSync(compiled)) return compiled;
  return path.join(packageRoot, 'dist/bundle/server/context/index/worker/main.js');
}

export interface WorkerObserver {
  news(news: IndexNews): void;
  /** The thread has died, and with it all tasks that were not done. `path`: what it was parsing then. */
  died(reason: string, path: string | undefined): void;
}

/** The thread that reads and parses: begun with its first task, ended when it has had none for a while. */
export class IndexWorker {
  private worker: Worker | undefined;
  private readonly running = new Set<number>();
  private reading: string | undefined;
  private idle: NodeJS.Timeout | undefined;

  /** @param entry `indexWorkerFile` of the package */
  constructor(
    private readonly entry: string,
    private readonly setup: WorkerSetup,
    private readonly observer: WorkerObserver,
  ) {}

  run(task: IndexTask): void {
    clearTimeout(this.idle);
    this.worker ??= this.start();
    this.running.add(task.job);
    this.worker.ref();
    this.worker.postMessage(task);
  }

  /** Ends the thread and whatever it is doing; the next task begins another. */
  async stop(): Promise<void> {
    clearTimeout(this.idle);
    const { worker } = this;
    this.forget();
    await worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(this.entry, {
      workerData: this.setup,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
      // What it prints must not get between the messages on the server's standard output.
      stdout: true,
      stderr: true,
      execArgv: [],
      env: {},
    });
    worker.on('message', (news: IndexNews) => {
      if (worker === this.worker) this.hear(news);
    });
    worker.on('error', (error: Error) => {
      this.lose(worker, error.message);
    });
    worker.on('exit', (code) => {
      this.lose(worker, `it ended with code ${code}`);
    });
    return worker;
  }

  private hear(news: IndexNews): void {
    if (news.type === 'reading') this.reading = news.path;
    else if (news.type === 'done') {
      this.running.delete(news.job);
      if (this.running.size === 0) this.rest();
    }
    this.observer.news(news);
  }

  private rest(): void {
    this.reading = undefined;
    // The process may end without it.
    this.worker?.unref();
    this.idle = setTimeout(() => void this.stop(), IDLE_MS);
    this.idle.unref();
  }

  private lose(worker: Worker, reason: string): void {
    if (worker !== this.worker) return;
    const { reading } = this;
    this.forget();
    this.observer.died(reason, reading);
  }

  private forget(): void {
    this.worker = undefined;
    this.reading = undefined;
    this.running.clear();
  }
}
