/**
 * Models that can be talked to, for tests: the information of a scripted engine, and a real file of random weights whose
 * metadata has a chat template.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChatFormat, EngineInfo } from '../../server/engine/contract.js';
import { chatTemplates } from './chat-templates.js';
import { editMetadata } from './edit-metadata.js';

/** A format with one of DeepSeek's templates and the control tokens that they write. */
export function chatFormat(
  template: keyof typeof chatTemplates = 'coderV2',
  over: Partial<ChatFormat> = {},
): ChatFormat {
  return {
    template: chatTemplates[template],
    bosToken: '<｜begin▁of▁sentence｜>',
    eosToken: '<｜end▁of▁sentence｜>',
    controlTokens: [
      '<｜begin▁of▁sentence｜>',
      '<｜end▁of▁sentence｜>',
      '<｜User｜>',
      '<｜Assistant｜>',
      '<｜fim▁begin｜>',
    ],
    ...over,
  };
}

/** For `new ScriptedEngine({ answer, info: chatInfo() })`: it answers and does not complete. */
export function chatInfo(
  template: keyof typeof chatTemplates = 'coderV2',
): Pick<EngineInfo, 'model' | 'fim' | 'chat'> {
  return { model: 'Scripted Instruct', fim: 'none', chat: chatFormat(template) };
}

const fixture = fileURLToPath(
  new URL('../../../test/fixtures/models/tiny-lite-q8_0.gguf', import.meta.url),
);

/**
 * Writes a tiny model of random weights with a chat template into `folder`, about 5 MB; its answers are noise. Returns its
 * path.
 */
export function writeChatModel(
  folder: string,
  template: keyof typeof chatTemplates = 'coderV2',
): string {
  const file = path.join(folder, 'tiny-instruct-q8_0.gguf');
  const bytes = editMetadata(readFileSync(fixture), {
    'general.name': 'Tiny Instruct',
    'tokenizer.chat_template': chatTemplates[template],
  });
  writeFileSync(file, bytes);
  return file;
}
