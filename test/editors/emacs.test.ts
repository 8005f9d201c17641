import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { editorEnvironment, inFolder, installed, marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';

const evaluates = (lisp: string): boolean => {
  try {
    execFileSync('emacs', ['-q', '--batch', '--eval', lisp], { stdio: 'ignore', timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
};
const emacs = installed('emacs');

/** Two libraries speak LSP in Emacs: what each is called, what connects it, and what ends it. */
const libraries = [
  {
    name: 'Eglot',
    library: 'eglot',
    packages: 'emacs-nox elpa-eglot',
    configuration: 'emacs.el',
    connect: "(let ((eglot-sync-connect t)) (apply #'eglot (eglot--guess-contact)))",
    end: '(eglot-shutdown (eglot-current-server))',
  },
  {
    name: 'lsp-mode',
    library: 'lsp-mode',
    packages: 'emacs-nox elpa-lsp-mode',
    configuration: 'emacs-lsp-mode.el',
    // In batch mode nothing is loaded by itself, and nobody can be asked.
    connect: `(progn
      (require 'lsp-modeline)
      (require 'lsp-completion)
      (setq lsp-session-file (expand-file-name "session" default-directory)
            lsp-enabled-clients '(lacuna) lsp-enable-suggest-server-download nil
            lsp-auto-guess-root t lsp-enable-snippet nil lsp-headerline-breadcrumb-enable nil)
      (lsp-workspace-folders-add (directory-file-name default-directory))
      (lsp)
      (let ((tries 0))
        (while (and (< tries 300)
                    (not (seq-find (lambda (each) (eq (lsp--workspace-status each) 'initialized))
                                   (lsp-workspaces))))
          (setq tries (1+ tries))
          (accept-process-output nil 0.1))))`,
    end: '(kill-buffer)',
  },
];

/** Opens the file, starts the library as a person does, asks for a completion until one comes, saves. */
const script = (
  { configuration, connect, end }: (typeof libraries)[number],
  file: string,
  line: number,
  column: number,
) => `
(progn
  (load ${JSON.stringify(path.join(root, 'editors', configuration))} nil t)
  (find-file ${JSON.stringify(file)})
  ${connect}
  (goto-char (point-min))
  (forward-line ${line - 1})
  (move-to-column ${column - 1})
  (let ((before (buffer-string)) (tries 0))
    (while (and (string= before (buffer-string)) (< tries 100))
      (setq tries (1+ tries))
      (completion-at-point)
      (sleep-for 0.2)))
  (save-buffer)
  ${end})`;

for (const each of libraries) {
  const there = emacs && evaluates(`(require '${each.library})`);
  const untried = there ? '' : ` (not tried: install it with apt-get install ${each.packages})`;

  (there ? describe : describe.skip)(`Emacs with ${each.name}${untried}`, function () {
    this.timeout(120_000);

    it('puts the same text into the file as the command line, at point', () => {
      const hole = marked(sourceHole);
      // Emacs 28 has no mode for TypeScript; the same text is JavaScript enough for js-mode.
      const name = 'count.js';
      const saved = inFolder({ [name]: hole.text }, (folder) => {
        const file = path.join(folder, name);
        const lisp = script(each, file, hole.line, hole.column);
        execFileSync('emacs', ['-q', '--batch', '--eval', lisp], {
          env: editorEnvironment(folder),
          timeout: 100_000,
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        return readFileSync(file, 'utf8');
      });
      assert.equal(saved, hole.before + onCommandLine(name, hole) + hole.after);
    });
  });
}
