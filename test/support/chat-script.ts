import { chatInfo } from './chat-model.js';
import { ScriptedEngine, type ScriptedEngineOptions } from './scripted-engine.js';

/** A model that can be talked to and answers by a script; given several answers, one after the other, the last again. */
export function chatScript(
  answer: ScriptedEngineOptions['answer'] | readonly string[],
  options: Omit<ScriptedEngineOptions, 'answer'> = {},
): ScriptedEngine {
  let asked = 0;
  return new ScriptedEngine({
    ...options,
    answer:
      typeof answer === 'object'
        ? () => answer[Math.min(asked++, answer.length - 1)] ?? ''
        : answer,
    info: { ...chatInfo(), contextLength: 16_384, ...options.info },
  });
}
