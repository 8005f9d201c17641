/**
 * Models that can be talked to, for tests: the information of a scripted engine, and a real file of random weights whose
 * metadata has a chat template.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChatFormat, EngineInfo } from '../../server/engine/contract.js';
import { embeddedModel, modelFolder } from '../../server/models/find-model.js';
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

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const fixture = path.join(repository, 'test', 'fixtures', 'models', 'tiny-lite-q8_0.gguf');

/**
 * Writes a tiny model of random weights with a chat template into `folder`, about 5 MB; its answers are noise. Returns its
 * path.
 */
export function writeChatModel(
  folder: string,
  template: keyof typeof chatTemplates = 'coderV2',
): string {
  return write(fixture, path.join(folder, 'tiny-instruct-q8_0.gguf'), {
    'general.name': 'Tiny Instruct',
    'tokenizer.chat_template': chatTemplates[template],
  });
}

/**
 * The same of the embedded model, about 11 MB, 512 tokens of context. It was trained on code: its answers are none, but they
 * are text, as those of a trained model are, and not any bytes.
 */
export function writeTrainedChatModel(folder: string): string {
  return write(embeddedModel(modelFolder(repository)), path.join(folder, 'trained-instruct.gguf'), {
    'general.name': 'Trained Instruct',
    'tokenizer.chat_template': chatTemplates.coderV2,
    'lacuna.fim.layout': undefined,
  });
}

function write(
  from: string,
  to: string,
  texts: Readonly<Record<string, string | undefined>>,
): string {
  writeFileSync(to, editMetadata(readFileSync(from), texts));
  return to;
}
