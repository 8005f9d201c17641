import { requireChat } from '../chat/require-chat.js';
import type { Engine } from '../engine/contract.js';
import type { DeviceSetting } from '../engine/device/choose-device.js';
import { EngineLoader } from '../models/load-engine.js';
import { defaultSettings } from '../../protocol/index.js';
import { endedByInterrupt } from './interrupt.js';
import { withLoadLine } from './load-line.js';

export interface ChatModelOptions {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly threads?: number;
  readonly contextLength: number;
}

/** @throws EngineError (as a rejection) where there is no model, or none that answers. */
export async function loadChatModel(
  { model: flag, device, threads = defaultSettings.threads, contextLength }: ChatModelOptions,
  packageRoot: string,
): Promise<Engine> {
  const { kvCache } = defaultSettings;
  const request = { flag, device, insist: true, threads, contextLength, kvCache };
  const engine = await endedByInterrupt(() =>
    withLoadLine(process.stderr, (onProgress) =>
      new EngineLoader(packageRoot).load(request, onProgress),
    ),
  );
  try {
    requireChat(engine.info);
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}
