import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { EngineError } from '../engine/contract.js';

/** Where a model may be named, best first. Empty strings count as absent. */
export interface ModelNames {
  /** `--model`; relative to the current folder. */
  readonly flag?: string | undefined;
  /** The environment variable LACUNA_MODEL; relative to the current folder. */
  readonly environment?: string | undefined;
  /** The setting `lacuna.model`; absolute, as an editor has no current folder to speak of. */
  readonly setting?: string | undefined;
  /** What `setting` is called, where it is another one. */
  readonly settingName?: 'lacuna.model' | 'lacuna.chatModel' | undefined;
  /** Folder of the package, whose `model/` holds the embedded model. */
  readonly packageRoot: string;
}

export interface ModelChoice {
  readonly path: string;
  readonly from:
    | '--model'
    | 'LACUNA_MODEL'
    | 'the setting lacuna.model'
    | 'the setting lacuna.chatModel'
    | 'the embedded model';
}

/**
 * The model to use. Whether the file exists and is a model shows when it is opened.
 *
 * @throws EngineError if none is named and none is embedded, or if the setting is a relative path.
 */
export function findModel({
  flag,
  environment,
  setting,
  settingName = 'lacuna.model',
  packageRoot,
}: ModelNames): ModelChoice {
  if (flag) return { path: path.resolve(withHome(flag)), from: '--model' };
  if (environment) return { path: path.resolve(withHome(environment)), from: 'LACUNA_MODEL' };
  if (setting) {
    const file = withHome(setting);
    if (path.isAbsolute(file)) return { path: file, from: `the setting ${settingName}` };
    throw new EngineError(
      `the setting ${settingName} is the relative path ${setting}`,
      'Give an absolute path, or one that begins with ~/.',
    );
  }
  return { path: embeddedModel(modelFolder(packageRoot)), from: 'the embedded model' };
}

/** Where the package keeps the model that ships with it. */
export function modelFolder(packageRoot: string): string {
  return path.join(packageRoot, 'model');
}

/**
 * Path of the model that ships with Lacuna, which lies in `folder`.
 *
 * @throws EngineError where there is none.
 */
export function embeddedModel(folder: string): string {
  const [file] = filesIn(folder)
    .filter((name) => /^lacuna-.*\.gguf$/.test(name))
    .sort();
  if (file !== undefined) return path.join(folder, file);
  throw new EngineError(
    `there is no embedded model: ${folder} holds no lacuna-*.gguf`,
    'Name a GGUF file with --model, LACUNA_MODEL or the setting lacuna.model, or install Lacuna again.',
  );
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Missing or unreadable: for the person it is the same as an empty one.
    return [];
  }
}

/** `~` at the beginning is the home folder. */
export function withHome(file: string): string {
  return file === '~' || /^~[/\\]/.test(file) ? path.join(homedir(), file.slice(1)) : file;
}
