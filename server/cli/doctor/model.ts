import { describeModel } from '../../engine/model/describe-model.js';
import { bytesByType } from '../../engine/model/summarize-model.js';
import type { ChatSupport } from '../../engine/model/chat-support.js';
import type { NativeModelFile } from '../../engine/native/addon.js';
import { describeError } from '../../engine/describe-error.js';
import { chatPlan } from '../../prompt/chat/chat-plan.js';
import type { ModelChoice } from '../../models/find-model.js';
import { formatBytes, type Check } from './check.js';

/** What the file is. Reading it throws an EngineError where it is no model that can be used. */
export function checkModelFile(file: NativeModelFile, { from }: ModelChoice): readonly Check[] {
  const { name, architecture, contextLength, fim, chat } = describeModel(file);
  const types = shareOfTypes(file);
  const facts = [
    `${file.path} (${from})`,
    formatBytes(file.size),
    architecture,
    types.map(({ type, share }) => `${type} ${(100 * share).toFixed(0)} %`).join(', '),
    `trained for ${contextLength} tokens`,
  ];
  const model: Check = {
    name: 'Model',
    state: 'ok',
    detail: `${name}: ${facts.join(', ')}`,
    data: { name, path: file.path, from, size: file.size, architecture, types, contextLength },
  };
  if (fim.layout !== 'none') {
    const order = fim.layout === 'psm' ? 'prefix, suffix, middle' : 'suffix, prefix, middle';
    const data = { layout: fim.layout };
    const fillIn: Check = {
      name: 'Fill-in',
      state: 'ok',
      detail: `can fill holes (${order})`,
      data,
    };
    return [model, fillIn, checkChat(chat)];
  }
  const detail = 'cannot fill holes, so it cannot complete';
  const remedy = fim.remedy ?? 'Use a base model that was trained to fill in the middle.';
  const data = { layout: 'none' };
  // One that is brought for chat alone has no fault.
  const state = chat.format ? 'warning' : 'problem';
  return [model, { name: 'Fill-in', state, detail, remedy, data }, checkChat(chat)];
}

/** Whether the model answers, and its template can be used. */
function checkChat({ format, remedy }: ChatSupport): Check {
  const name = 'Chat';
  const data = { answers: format !== undefined };
  if (!format) return { name, state: 'note', detail: 'does not answer questions', remedy, data };
  try {
    chatPlan(format, [{ role: 'user', content: 'Is anybody there?' }]);
    return { name, state: 'ok', detail: 'answers questions, by its own template', data };
  } catch (error) {
    const { message, remedy } = describeError(error);
    return { name, state: 'problem', detail: message, remedy, data };
  }
}

/** Types of weights with their share of the file's tensor bytes, largest first. */
function shareOfTypes(file: NativeModelFile): readonly { type: string; share: number }[] {
  const types = bytesByType(file);
  const total = types.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
  return types.map(({ type, bytes }) => ({ type, share: bytes / total }));
}
