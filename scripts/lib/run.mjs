import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/** Thrown when a command fails; `output` is what it printed (stdout and stderr, in order of arrival). */
export class CommandError extends Error {
  constructor(message, output) {
    super(message);
    this.name = 'CommandError';
    this.output = output;
  }
}

/**
 * Runs a command without a shell and returns what it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: Record<string, string>, show?: boolean | 'too', timeoutMs?: number}} [options]
 *   `show` passes the output through to the terminal (it is not collected then, but with 'too' it is); `env` is added to this
 *   process's own; `timeoutMs` (default 20 minutes) ends the command.
 * @returns {Promise<string>}
 * @throws {CommandError} where it cannot start, exits non-zero, is killed, or runs past its time.
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = {}, show = false, timeoutMs = 20 * 60_000 } = options;
  const shown = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show === true ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
      if (show === 'too') process.stdout.write(chunk);
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new CommandError(`\`${shown}\` could not be started: ${error.message}`, output));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else if (late)
        reject(new CommandError(`\`${shown}\` was ended after ${timeoutMs / 1000} s`, output));
      else
        reject(
          new CommandError(
            `\`${shown}\` ${code === null ? `was ended by ${signal}` : `exited with code ${code}`}`,
            output,
          ),
        );
    });
  });
}

/** Runs a JavaScript file on the Node that runs this script. */
export function runNode(script, args, options) {
  return run(process.execPath, [script, ...args], options);
}

/** Runs npm: the one that started us where there is one, else the one on PATH. */
export function runNpm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.[cm]?js$/.test(cli)) return runNode(cli, args, options);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options);
}
