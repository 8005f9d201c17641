import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { editorEnvironment } from './hole.js';
import { scriptedEnvironment, scriptIn } from './scripted-environment.js';
import { recordedPrompts, writeReplies, type ScriptedReply } from './scripted-server/script.js';
import { until } from './until.js';

/** A running Neovim with one file in it, driven from outside as a person drives it by keys. */
export class NeovimSession {
  private constructor(
    private readonly editor: ChildProcess,
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly socket: string,
    private readonly file: string,
  ) {}

  /**
   * Starts it without anybody's configuration.
   *
   * @param commands Vim commands to run before the file is opened
   * @param replies what the model answers, in the place of the one that ships
   */
  static start(
    name: string,
    text: string,
    commands: readonly string[],
    replies?: readonly ScriptedReply[],
  ): NeovimSession {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-neovim-'));
    const socket = path.join(folder, 'nvim.sock');
    const file = path.join(folder, name);
    const env = replies ? scriptedEnvironment(folder, replies) : editorEnvironment(folder);
    writeFileSync(file, text);
    const editor = spawn(
      'nvim',
      [
        ...['--headless', '-u', 'NONE', '--listen', socket, '-c', 'filetype plugin on'],
        ...[...commands, `edit ${file}`].flatMap((command) => ['-c', command]),
      ],
      { env, cwd: folder, stdio: 'ignore' },
    );
    return new NeovimSession(editor, folder, env, socket, file);
  }

  /** Waits until a language server is attached to the buffer. */
  async attached(): Promise<void> {
    const clients = 'luaeval("#vim.tbl_values(vim.lsp.buf_get_clients(0))")';
    await until('Neovim to attach its client', 30_000, () => this.ask(clients) === '1');
  }

  /** Value of a Vim expression; empty while it does not listen. */
  ask(expression: string): string {
    const { stdout, stderr } = spawnSync(
      'nvim',
      ['--server', this.socket, '--remote-expr', expression],
      { env: this.env, encoding: 'utf8', timeout: 10_000 },
    );
    // Neovim 0.7 answers on the one, later versions on the other.
    return (stdout + stderr).trim();
  }

  /** Types keys, in Vim's notation. */
  type(keys: string): void {
    execFileSync('nvim', ['--server', this.socket, '--remote-send', keys], {
      env: this.env,
      timeout: 10_000,
    });
  }

  /**
   * Types keys until they bring something about: while the model still loads they bring nothing. One try at a time, since
   * keys that are still on their way would take it back.
   */
  async typeUntil(what: string, keys: string, check: () => boolean): Promise<void> {
    await until(what, 60_000, async () => {
      this.type(keys);
      return until(what, 5000, check).catch(() => false);
    });
  }

  /** Leaves insert mode, writes the file, and returns what it holds. */
  async saved(): Promise<string> {
    const before = readFileSync(this.file, 'utf8');
    this.type('<Esc>:write<CR>');
    return until('the saved file', 10_000, () => {
      const text = readFileSync(this.file, 'utf8');
      return text !== before && text;
    });
  }

  /** What the scripted model was shown so far, oldest first. */
  prompts(): readonly string[] {
    return recordedPrompts(scriptIn(this.folder));
  }

  /** Gives the scripted model other answers. */
  script(replies: readonly ScriptedReply[]): void {
    writeReplies(scriptIn(this.folder), replies);
  }

  close(): void {
    this.editor.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
