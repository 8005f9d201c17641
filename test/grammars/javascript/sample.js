import fs, { existsSync as exists } from 'node:fs';
const path = require('node:path');

export class Store extends Map {
  static size = 0;
  #cache = new Map();
  get = (key) => this.#cache.get(key);
  constructor(folder, { deep = true, ...rest } = {}) {
    super();
    this.folder = path.resolve(folder, rest);
  }
  *entries() {
    for (const [name, value] of this.#cache) yield { name, value };
  }
}

export default function open(file, mode = 'r') {
  if (!exists(file)) return undefined;
  const handle = fs.openSync(file, mode);
  return { handle, pattern: /[a-z]+/u, close() { fs.closeSync(handle); } };
}

export const Row = (props) => <Cell {...props} label={`row ${props.id}`} />;
var legacy = function named(a) { return a; };
