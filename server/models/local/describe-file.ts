import { statSync } from 'node:fs';
import type { FoundModel } from '../../../protocol/index.js';
import { ENGINE_ARCHITECTURE } from '../../engine/model/identify.js';
import { summarizeModel, type ModelSummary } from '../../engine/model/summarize-model.js';
import type { NativeAddon } from '../../engine/native/addon.js';
import { toEngineError } from '../../engine/native/native-error.js';
import { partOf, type FoundFile } from './find-files.js';

type Problem = NonNullable<FoundModel['problem']>;

/** Says of a file what its header says. Never throws: a file that cannot be read has a problem. */
export function describeFile(
  { path, name }: FoundFile,
  program: string,
  contextLength: number,
  addon: Pick<NativeAddon, 'openModelFile'>,
): FoundModel {
  const found = { path, name, program, bytes: sizeOf(path), completes: false, chats: false };
  const part = partOf(path);
  if (part) return { ...found, problem: inParts(part.of) };
  try {
    const summary = summarizeModel(addon.openModelFile(path));
    const { architecture, weightType, fim } = summary;
    const runs = architecture === ENGINE_ARCHITECTURE;
    const facts = { architecture, weightType, contextLength: summary.contextLength };
    if (!runs) return { ...found, ...facts, problem: otherArchitecture(architecture) };
    return {
      ...found,
      ...facts,
      completes: fim.layout !== 'none',
      chats: summary.chats,
      memoryBytes: memoryOf(summary, contextLength),
      ...(fim.layout === 'none' && { problem: cannotComplete(summary) }),
    };
  } catch (error) {
    const { message, remedy } = toEngineError(error);
    return { ...found, problem: { message, remedy } };
  }
}

/** Weights, and a cache of two contexts, which is what an engine takes by default. */
function memoryOf(
  { weightBytes, cacheBytesPerToken, contextLength: trained }: ModelSummary,
  contextLength: number,
): number {
  return weightBytes + 2 * Math.min(contextLength, trained) * cacheBytesPerToken;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function inParts(parts: number): Problem {
  return {
    message: `It is cut into ${parts} files.`,
    remedy: "Join them with llama.cpp's llama-gguf-split --merge.",
  };
}

function otherArchitecture(architecture: string): Problem {
  return {
    message: `Its architecture is ${architecture}; Lacuna's engine runs DeepSeek's (deepseek2).`,
    remedy: 'Use a model of the DeepSeek-V2, -V3 or -Coder-V2 family.',
  };
}

function cannotComplete({ fim, chats }: ModelSummary): Problem {
  const remedy = fim.remedy ?? 'Use a base model that was trained to fill in the middle.';
  return {
    message: chats ? 'It answers, but does not complete.' : 'It does not complete.',
    remedy,
  };
}
