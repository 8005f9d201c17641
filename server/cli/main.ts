import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { findPackageRoot } from '../engine/native/load-addon.js';
import { describeError } from '../engine/describe-error.js';
import { exitCode } from './cli-error.js';
import { createProgram, usageExitCode } from './program.js';
import { dim, endQuietlyOnClosedPipe, red } from './terminal.js';

async function main(): Promise<number> {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const packageRoot = findPackageRoot(here) ?? here;
  let code: number = exitCode.ok;
  try {
    const program = createProgram(packageRoot, versionOf(packageRoot), (result) => {
      code = result;
    });
    await program.parseAsync();
    return code;
  } catch (error) {
    // Commander has said what is wrong already.
    if (error instanceof CommanderError) return usageExitCode(error.exitCode);
    const { message, remedy } = describeError(error);
    const { stderr } = process;
    stderr.write(
      `${red('lacuna:', stderr)} ${message.replace(/\.$/, '')}. ${dim(remedy, stderr)}\n`,
    );
    return exitCode.failed;
  }
}

function versionOf(packageRoot: string): string {
  try {
    const text = readFileSync(path.join(packageRoot, 'package.json'), 'utf8');
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' ? version : 'unknown';
  } catch {
    // Without package.json there is nothing to tell, and nothing that needs it.
    return 'unknown';
  }
}

endQuietlyOnClosedPipe();
process.exitCode = await main();
