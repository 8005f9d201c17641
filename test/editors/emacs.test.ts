import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { editorEnvironment, inFolder, installed, marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';

const title = installed('emacs')
  ? 'Emacs'
  : 'Emacs (not tried: install it with apt-get install emacs-nox elpa-eglot)';

/** Opens the file, starts Eglot as `M-x eglot` does, asks for a completion until one comes, saves. */
const script = (file: string, line: number, column: number) => `
(progn
  (load ${JSON.stringify(path.join(root, 'editors/emacs.el'))} nil t)
  (find-file ${JSON.stringify(file)})
  (let ((eglot-sync-connect t))
    (apply #'eglot (eglot--guess-contact)))
  (goto-char (point-min))
  (forward-line ${line - 1})
  (move-to-column ${column - 1})
  (let ((before (buffer-string)) (tries 0))
    (while (and (string= before (buffer-string)) (< tries 100))
      (setq tries (1+ tries))
      (completion-at-point)
      (sleep-for 0.2)))
  (save-buffer)
  (eglot-shutdown (eglot-current-server)))`;

(installed('emacs') ? describe : describe.skip)(title, function () {
  this.timeout(120_000);

  it('puts the same text into the file as the command line, at point', () => {
    const hole = marked(sourceHole);
    // Emacs 28 has no mode for TypeScript; the same text is JavaScript enough for js-mode.
    const name = 'count.js';
    const saved = inFolder({ [name]: hole.text }, (folder) => {
      const file = path.join(folder, name);
      execFileSync('emacs', ['-q', '--batch', '--eval', script(file, hole.line, hole.column)], {
        env: editorEnvironment(folder),
        timeout: 100_000,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return readFileSync(file, 'utf8');
    });
    assert.equal(saved, hole.before + onCommandLine(name, hole) + hole.after);
  });
});
