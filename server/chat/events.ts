import type { ChatSource, TokenUsage, Turn } from '../../protocol/chat.js';

/** What happens in a conversation; its file holds one a line. `at` is in milliseconds since 1970. */
export type ChatEvent =
  | { readonly kind: 'created'; readonly at: number; readonly id: string }
  | { readonly kind: 'renamed'; readonly at: number; readonly title: string }
  | { readonly kind: 'pinned'; readonly at: number; readonly mentions: readonly string[] }
  | {
      readonly kind: 'asked';
      readonly at: number;
      readonly turn: string;
      readonly question: string;
      readonly sources: readonly ChatSource[];
      /** One for each source. */
      readonly texts: readonly string[];
      readonly attempt: number;
      readonly model?: string;
    }
  /** The next stretch of an answer, of what was thought before it, or of both. */
  | {
      readonly kind: 'said';
      readonly turn: string;
      readonly answer?: string;
      readonly reasoning?: string;
    }
  | {
      readonly kind: 'ended';
      readonly at: number;
      readonly turn: string;
      readonly state: Exclude<Turn['state'], 'running'>;
      readonly error?: NonNullable<Turn['error']>;
      readonly usage?: TokenUsage;
    }
  /** This turn and those behind it are gone. */
  | { readonly kind: 'dropped'; readonly at: number; readonly turn: string };

/** The event that a line of a conversation's file holds; undefined where it is damaged, or of a later version. */
export function parseEvent(line: string): ChatEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEvent(value) ? value : undefined;
}

const ends: ReadonlySet<unknown> = new Set<Turn['state']>(['complete', 'stopped', 'cut', 'failed']);

function isEvent(value: unknown): value is ChatEvent {
  if (!isRecord(value)) return false;
  const { kind, at, turn } = value;
  if (kind === 'said')
    return (
      isText(turn) && optional(isText)(value['answer']) && optional(isText)(value['reasoning'])
    );
  if (!isNumber(at)) return false;
  switch (kind) {
    case 'created':
      return isText(value['id']);
    case 'renamed':
      return isText(value['title']);
    case 'pinned':
      return isList(isText)(value['mentions']);
    case 'asked':
      return (
        [turn, value['question']].every(isText) &&
        isList(isSource)(value['sources']) &&
        isList(isText)(value['texts']) &&
        isNumber(value['attempt']) &&
        optional(isText)(value['model'])
      );
    case 'ended':
      return (
        isText(turn) &&
        ends.has(value['state']) &&
        optional(isError)(value['error']) &&
        optional(isUsage)(value['usage'])
      );
    case 'dropped':
      return isText(turn);
    default:
      return false;
  }
}

function isSource(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { uri, label, lines, mention, tokens, pinned, note } = value;
  const fine = [label, mention].every(isText) && isNumber(tokens);
  const isFlag = (flag: unknown) => flag === undefined || typeof flag === 'boolean';
  return fine && [uri, note].every(optional(isText)) && optional(isLines)(lines) && isFlag(pinned);
}

function isLines(value: unknown): boolean {
  return isRecord(value) && isNumber(value['first']) && isNumber(value['last']);
}

function isError(value: unknown): boolean {
  return isRecord(value) && isText(value['message']) && isText(value['remedy']);
}

function isUsage(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { prompt, resident, generated, context, droppedTurns, tokensPerSecond } = value;
  return [prompt, resident, generated, context, droppedTurns, tokensPerSecond].every(isNumber);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isList(test: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(test);
}

function optional(test: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || test(value);
}
