import { ErrorCodes, ResponseError } from 'vscode-languageserver';
import type { EditorPlace, EditorProblem } from '../../protocol/index.js';

/** Longest question that is taken, UTF-16 units: far more than any model holds. */
const LONGEST_QUESTION = 4_000_000;
const MOST_PINS = 100;

/**
 * What clients send, checked: they may send anything.
 *
 * @throws ResponseError (InvalidParams) from every method
 */
export class ChatParams {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(params: unknown) {
    this.fields = isRecord(params) ? params : {};
  }

  get conversation(): string {
    return this.text('conversation');
  }

  get turn(): string {
    return this.text('turn');
  }

  get question(): string {
    const question = this.text('question');
    if (question.length > LONGEST_QUESTION) throw invalid('question is too long.');
    return question;
  }

  get title(): string {
    return this.text('title').replace(/\s+/g, ' ').trim().slice(0, 200);
  }

  /** What a list is searched for, and its length. */
  get search(): { readonly query: string; readonly limit: number } {
    const { query = '', limit = 100 } = this.fields;
    if (typeof query !== 'string') throw invalid('query must be a string.');
    if (!isCount(limit)) throw invalid('limit must be a whole number from 0.');
    return { query, limit };
  }

  /** What stands behind an `@`. */
  get query(): string {
    return this.text('query');
  }

  get mentions(): readonly string[] {
    const { mentions } = this.fields;
    if (!Array.isArray(mentions) || !mentions.every((each) => typeof each === 'string'))
      throw invalid('mentions must be strings.');
    return [...new Set(mentions)].slice(0, MOST_PINS);
  }

  get block(): number {
    const { block } = this.fields;
    if (!isCount(block)) throw invalid('block must be a whole number from 0.');
    return block;
  }

  get partialResultToken(): string | number | undefined {
    const { partialResultToken: token } = this.fields;
    return typeof token === 'string' || typeof token === 'number' ? token : undefined;
  }

  get place(): { readonly place?: EditorPlace } {
    const { place } = this.fields;
    if (place === undefined || place === null) return {};
    if (!isRecord(place) || !isRecord(place['selection']) || typeof place['uri'] !== 'string')
      throw invalid('place must have uri and selection.');
    const { start, end } = place['selection'];
    if (!isPosition(start) || !isPosition(end))
      throw invalid('place.selection must have start and end, each with line and character.');
    const { problems } = place;
    const found = Array.isArray(problems) ? { problems: problems.filter(isProblem) } : {};
    return { place: { uri: place['uri'], selection: { start, end }, ...found } };
  }

  private text(name: string): string {
    const value = this.fields[name];
    if (typeof value !== 'string') throw invalid(`${name} must be a string.`);
    return value;
  }
}

function invalid(message: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isPosition(value: unknown): value is EditorPlace['selection']['start'] {
  return isRecord(value) && isCount(value['line']) && isCount(value['character']);
}

const severities: ReadonlySet<unknown> = new Set<EditorProblem['severity']>([
  ...(['error', 'warning', 'information', 'hint'] as const),
]);

function isProblem(value: unknown): value is EditorProblem {
  if (!isRecord(value)) return false;
  const { uri, line, severity, message, source } = value;
  const texts = typeof uri === 'string' && typeof message === 'string';
  const from = source === undefined || typeof source === 'string';
  return texts && from && isCount(line) && severities.has(severity);
}
