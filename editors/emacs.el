;;; Lacuna for Emacs 28 and newer, through Eglot (part of Emacs since 29).
;; Load this file from your init file; M-x eglot starts the server in a buffer, C-M-i asks for a completion.

(require 'eglot)

(defvar lacuna-modes '(prog-mode)
  "Major modes (parents count) in which Eglot runs Lacuna. Eglot runs one server for a buffer.
Leave out those in which you want another one.")

(defvar lacuna-settings nil
  "Settings without \"lacuna.\", as a plist: (:model \"~/models/DeepSeek-Coder-V2-Lite-Base-Q4_K_M.gguf\").")

(defun lacuna-command (&optional _interactive)
  "The command that starts the server, with `lacuna-settings' as its initialization options."
  (append '("lacuna" "lsp" "--stdio")
          (when lacuna-settings (list :initializationOptions lacuna-settings))))

(add-to-list 'eglot-server-programs (cons lacuna-modes #'lacuna-command))

;; A model takes its time, and Eglot waits ten seconds for a command: an edit of a code action comes when it is ready.
(cl-defmethod eglot-execute-command (server (command (eql lacuna.edit)) arguments)
  (jsonrpc-async-request server :workspace/executeCommand
                         (list :command (symbol-name command) :arguments arguments)
                         :success-fn #'ignore
                         :error-fn (lambda (error) (message "Lacuna: %s" (plist-get error :message)))
                         :timeout nil))
