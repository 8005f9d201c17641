;;; Lacuna for Emacs through lsp-mode 8 or newer.
;; Load this file from your init file; M-x lsp starts the server, C-M-i asks for a completion. Lacuna joins the language's
;; own server as an add-on, so both run side by side.

(require 'lsp-mode)

(defvar lacuna-settings nil
  "Settings without \"lacuna.\", as a plist: (:model \"~/models/DeepSeek-Coder-V2-Lite-Base-Q4_K_M.gguf\").")

;; The server tells what it does at every completion; only what somebody has to act on is shown.
(defun lacuna--status (_workspace status)
  (when (member (lsp-get status :kind) '("Warning" "Error"))
    (message "Lacuna: %s %s" (lsp-get status :message) (or (lsp-get status :remedy) ""))))

(lsp-register-client
 (make-lsp-client
  :new-connection (lsp-stdio-connection '("lacuna" "lsp" "--stdio"))
  :activation-fn (lambda (_file mode) (provided-mode-derived-p mode 'prog-mode))
  :initialization-options (lambda () (or lacuna-settings (make-hash-table)))
  :notification-handlers (lsp-ht ("lacuna/status" #'lacuna--status))
  :add-on? t
  :priority -1
  :server-id 'lacuna))

;; lsp-mode asks what language a document is in; modes that it does not know are named here.
(add-to-list 'lsp-language-id-configuration '(prog-mode . "plaintext") t)

;; A model takes its time, and lsp-mode waits ten seconds for an answer: longer for the edit of a code action.  C-g ends it.
(define-advice lsp-execute-code-action (:around (execute &rest action) lacuna)
  (let ((lsp-response-timeout (max 300 lsp-response-timeout)))
    (apply execute action)))
