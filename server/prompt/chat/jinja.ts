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

interface Library {
  readonly Environment: new () => Environment;
  readonly Interpreter: new (environment: Environment) => {
    run(program: Program): { readonly value: unknown };
  };
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

/** What a template writes that knows `names` and nothing else. @throws Error, of the template too */
export function runTemplate(program: Program, names: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries(names)) environment.set(name, value);
  return String(new Interpreter(environment).run(program).value);
}
