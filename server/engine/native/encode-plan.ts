import { EngineError, type PromptPlan, type SpecialToken } from '../contract.js';
import type { ModelDescription } from '../model/describe-model.js';

export interface EncodedPlan {
  readonly tokens: Int32Array;
  /** How many of them, at the end, are a text; 0 where a special token is the last one. */
  readonly textEnd: number;
}

/**
 * The token ids of a whole prompt: text with control tokens off, special tokens by id.
 *
 * @throws EngineError if the model has no token for a role or by a name, or the prompt is empty.
 */
export function encodePlan(plan: PromptPlan, model: ModelDescription): EncodedPlan {
  const parts = plan.segments.map((segment) =>
    segment.kind === 'text'
      ? model.tokenizer.encode(segment.text)
      : Int32Array.of(
          segment.kind === 'special'
            ? specialId(segment.token, model)
            : namedId(segment.name, model),
        ),
  );
  const tokens = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    tokens.set(part, at);
    at += part.length;
  }
  if (tokens.length === 0) {
    throw new EngineError(
      'the prompt is empty',
      'Send at least the token that begins a text (bos).',
    );
  }
  const last = parts.findLastIndex((part) => part.length > 0);
  const endsWithText = plan.segments[last]?.kind === 'text';
  return { tokens, textEnd: endsWithText ? (parts[last]?.length ?? 0) : 0 };
}

function namedId(name: string, model: ModelDescription): number {
  const id = model.controlToken(name);
  if (id !== undefined) return id;
  throw new EngineError(
    `${model.name} has no control token ${name}`,
    'Its chat template asks for one that its vocabulary lacks: download the model again, or use another one.',
  );
}

function specialId(token: SpecialToken, model: ModelDescription): number {
  const id = model.special[token];
  if (id !== undefined) return id;
  throw new EngineError(
    `${model.name} has no token for ${token}`,
    token.startsWith('fim')
      ? (model.fim.remedy ?? `Use the model's own layout, ${model.fim.layout}.`)
      : 'Leave it out of the prompt, or use another model.',
  );
}
