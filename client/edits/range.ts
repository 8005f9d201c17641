import type { Range } from 'vscode';
import type { EditRange } from '../../protocol/index.js';

/** As the protocol wants it. */
export function rangeOf({ start, end }: Range): EditRange {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}
