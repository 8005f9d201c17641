import type { Engine } from '../engine/contract.js';
import type { DeviceSetting } from '../engine/device/choose-device.js';
import { loadOnDevice } from '../engine/device/load-on-device.js';
import { CudaProber } from '../engine/device/probe.js';
import { loadNativeEngine } from '../engine/native/engine.js';
import { summarizeModel } from '../engine/model/summarize-model.js';
import type { NativeAddon } from '../engine/native/addon.js';
import { findAddon, loadAddon } from '../engine/native/load-addon.js';
import { findModel } from './find-model.js';

export interface ModelRequest {
  /** The flag `--model`, if it was given. */
  readonly flag?: string | undefined;
  /** The setting `lacuna.model`, if there is one. */
  readonly setting?: string | undefined;
  /** Whether `setting` is `lacuna.chatModel`: then no other name counts. */
  readonly chat?: boolean | undefined;
  /** 0 picks the number of physical cores. */
  readonly threads: number;
  /** Tokens; capped by what the model was trained for. */
  readonly contextLength: number;
  /** The same for a model that answers and does not complete, where it is more. */
  readonly chatContextLength?: number | undefined;
  readonly kvCache: 'auto' | 'int8';
  readonly device: DeviceSetting;
  /** Where a GPU is asked for: fail rather than take the CPU in its place. */
  readonly insist: boolean;
}

/** Loads models into this process, and remembers whether its GPU works. */
export class EngineLoader {
  private prober: CudaProber | undefined;

  constructor(private readonly packageRoot: string) {}

  /**
   * Finds the model, by flag, environment, setting, or embedded in the package, and loads it where it can run.
   * `onProgress` gets 0 … 1.
   *
   * @throws EngineError (as a rejection) where there is no model, no addon, or they do not go together.
   */
  async load(
    { flag, setting, chat, device, insist, chatContextLength = 0, ...request }: ModelRequest,
    onProgress?: (fraction: number) => void,
  ): Promise<Engine> {
    const { packageRoot } = this;
    const names = chat
      ? { settingName: 'lacuna.chatModel' as const }
      : { flag, environment: process.env['LACUNA_MODEL'] };
    const { path } = findModel({ ...names, setting, packageRoot });
    const addon = loadAddon(packageRoot);
    const contextLength =
      chatContextLength > request.contextLength && onlyAnswers(addon, path)
        ? chatContextLength
        : request.contextLength;
    const options = { ...request, contextLength };
    return loadOnDevice(
      { device, insist },
      () => (this.prober ??= new CudaProber(findAddon(packageRoot))).probe(),
      (choice) =>
        loadNativeEngine(addon, path, { ...options, device: choice.device }, onProgress, choice),
    );
  }
}

/** By the file's header. One that cannot be read is told of where it is loaded. */
function onlyAnswers(addon: NativeAddon, path: string): boolean {
  try {
    const { chats, fim } = summarizeModel(addon.openModelFile(path));
    return chats && fim.layout === 'none';
  } catch {
    return false;
  }
}
