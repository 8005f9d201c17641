import { EngineError, type ChatFormat, type EngineInfo } from '../engine/contract.js';

/** How the model wants to be talked to. @throws EngineError where it cannot be, with the reason and another model. */
export function requireChat({ chat, chatRemedy, model }: EngineInfo): ChatFormat {
  if (chat) return chat;
  throw new EngineError(`${model} cannot answer questions`, chatRemedy ?? 'Use an instruct model.');
}
