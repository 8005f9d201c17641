import { readFile, writeFile as write } from 'node:fs/promises';
import path from 'node:path';
import * as os from 'node:os';
import './side-effect.js';

/** How far it is. */
export interface Reach {
  readonly distance: number;
  within(limit: number): boolean;
}

export type Mode = 'near' | 'far';
export enum Level { Low, High }
export const LIMIT = 10;

export abstract class Base<T extends Reach> implements Reach {
  distance = 0;
  handler = (event: Event) => event.type;
  constructor(private readonly root: T, { deep, wide: alias }: Options) {
    this.distance = deep ? LIMIT : root.distance;
  }
  abstract name(): string;
  within(limit: number): boolean {
    const items = [1, 2].map((item) => item * limit);
    return `at ${path.join('a', os.tmpdir())}`.length > items.length;
  }
}

export class Far extends Base<Reach> {
  override name = () => 'far';
}

async function load(file: string, ...rest: string[]): Promise<Reach | undefined> {
  for (const each of rest) {
    try {
      await write(each, await readFile(file));
    } catch (error) {
      console.error(error);
    }
  }
  switch (file) {
    case 'x':
      return new Far(undefined, {}); // nothing else
    default:
      return undefined;
  }
}

export const twice = function (value: number) { return value * 2; };
export { load } from './load.js';
