/**
 * The part of `@huggingface/jinja` that is used here, typed. (The package's own declarations import each other without
 * file extensions, which node16 resolution cannot follow.)
 */

import * as library from '@huggingface/jinja';

/** A parsed template. */
export interface Program {
  readonly type: 'Program';
}

/** The names that a template knows. */
interface Environment {
  set(name: string, value: unknown): void;
}

/** A value while a template runs: `value` is a string, a number, an array or a map of values. */
interface RuntimeValue {
  readonly value: unknown;
}

/** A node of a parsed template. */
interface Statement {
  readonly type: string;
}

interface Interpreter {
  run(program: Program): RuntimeValue;
  /** What every node of the template goes through. */
  evaluate(statement: Statement | undefined, environment: Environment): RuntimeValue;
}

interface Library {
  readonly Environment: new () => Environment;
  readonly Interpreter: new (environment: Environment) => Interpreter;
  readonly tokenize: (
    source: string,
    options: { readonly lstrip_blocks: boolean; readonly trim_blocks: boolean },
  ) => unknown;
  readonly parse: (tokens: unknown) => Program;
}

const { Environment, Interpreter, tokenize, parse } = library as unknown as Library;

/** White space around blocks is dropped as transformers does, for which templates are written. @throws Error */
export function parseTemplate(source: string): Program {
  return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
}

/** Characters and entries that a template may make in all: it could double a text at each step. */
const MOST_MADE = 64 * 1024 * 1024;

/** Ends a template that makes too much. */
class BoundedInterpreter extends Interpreter {
  private left = MOST_MADE;

  override evaluate(statement: Statement | undefined, environment: Environment): RuntimeValue {
    const result = super.evaluate(statement, environment);
    // A name gives what was made before.
    if (statement?.type !== 'Identifier') this.left -= sizeOf(result.value);
    if (this.left < 0) throw new Error('it makes too much of the messages');
    return result;
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 1;
}

/**
 * What a template writes that knows `names` and nothing else.
 *
 * @throws Error, of the template too, or where it makes too much
 */
export function runTemplate(program: Program, names: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries(names)) environment.set(name, value);
  return String(new BoundedInterpreter(environment).run(program).value);
}
