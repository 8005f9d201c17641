import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CliError } from './cli-error.js';
import { languageIdOf } from './language-id.js';

/** A text file as an editor would open it. @throws CliError if it cannot be read or is not UTF-8. */
export function openDocument(file: string): TextDocument {
  const uri = pathToFileURL(path.resolve(file)).href;
  return TextDocument.create(uri, languageIdOf(file), 1, readText(file));
}

/** The text of a file, without byte order mark. @throws CliError if it cannot be read or is not UTF-8. */
export function readText(file: string): string {
  const bytes = readBytes(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CliError(`${file} is not UTF-8 text`, 'Convert it to UTF-8, or name another file.', {
      cause: error,
    });
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [reason, remedy] = reasons[code ?? ''] ?? [
      `cannot be read: ${message}`,
      'Name a file that can be read.',
    ];
    throw new CliError(`${file} ${reason}`, remedy, { cause: error });
  }
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['does not exist', 'Check the path; it counts from the current folder.'],
  ENOTDIR: ['does not exist', 'Check the path; it counts from the current folder.'],
  EISDIR: ['is a directory', 'Name a file.'],
  EACCES: ['may not be read by this user', 'Change its permissions, or name another file.'],
  ERR_FS_FILE_TOO_LARGE: ['is too large to be read at once', 'Name a smaller file.'],
};
