;;; Edits by instruction for Emacs 28 and newer, through Eglot or lsp-mode.  -*- lexical-binding: t -*-
;; Load this file after emacs.el or emacs-lsp-mode.el, which start the server.
;;
;; M-x lacuna-edit rewrites the region, or the code at point, as told.  What is proposed comes as a diff: RET applies it, x
;; takes the hunk at point out or in again, q drops all of it.  M-x lacuna-stop ends an edit that is under way.  Simplify,
;; document, generate tests and the rest are code actions: M-x eglot-code-actions, M-x lsp-execute-code-action.  M-x
;; lacuna-explain says what the code does, M-x lacuna-commit-message writes a message for what is staged.

(require 'cl-lib)
(require 'subr-x)
(declare-function eglot-current-server "eglot")
(declare-function jsonrpc-async-request "jsonrpc")
(declare-function jsonrpc-notify "jsonrpc")
(declare-function lsp-request-async "lsp-mode")
(declare-function lsp-workspaces "lsp-mode")
(declare-function lsp--client-notification-handlers "lsp-mode")
(declare-function lsp--workspace-client "lsp-mode")
(declare-function lsp--workspace-status "lsp-mode")
(declare-function lsp-cancel-request-by-token "lsp-mode")
(defvar eglot-confirm-server-initiated-edits)
(defvar lsp--cur-workspace)
(defvar lsp-progress-function)

;;;; Speaking with the server

(defvar lacuna--listeners (make-hash-table :test #'equal)
  "Functions that get what `$/progress' brings, by its token.")

(defun lacuna--plain (value)
  "VALUE of either library as plists with keywords, lists and nil."
  (cond ((hash-table-p value)
         (let (plist)
           (maphash (lambda (key each) (setq plist (cl-list* (intern (format ":%s" key)) (lacuna--plain each) plist))) value)
           plist))
        ((vectorp value) (mapcar #'lacuna--plain value))
        ((eq value :json-false) nil)
        ((and (consp value) (keywordp (car value)))
         (cl-loop for (key each) on value by #'cddr append (list key (lacuna--plain each))))
        ((consp value) (mapcar #'lacuna--plain value))
        (t value)))

(defun lacuna--progress (token value)
  "Whether somebody waits for TOKEN, and got VALUE."
  (when-let ((listener (gethash token lacuna--listeners)))
    (funcall listener (lacuna--plain value))
    t))

(with-eval-after-load 'eglot
  (cl-defmethod eglot-handle-notification :around (_server (_method (eql $/progress)) &key token value)
    (unless (lacuna--progress token value) (cl-call-next-method))))

(defun lacuna--server ()
  "What serves this buffer: a server of Eglot, or a workspace of lsp-mode.  Signals where nothing does."
  (or (and (fboundp 'eglot-current-server) (eglot-current-server))
      (and (fboundp 'lsp-workspaces)
           (seq-find (lambda (each) (eq (lacuna--client-id each) 'lacuna)) (lsp-workspaces)))
      (user-error "The language server does not serve this buffer: M-x eglot or M-x lsp starts it")))

(defun lacuna--client-id (workspace)
  (funcall (intern "lsp--client-server-id") (lsp--workspace-client workspace)))

(defun lacuna--request (server method params done)
  "Ask SERVER for METHOD with the plist PARAMS; DONE gets a result and nil, or nil and a message.
Returns a function that cancels the request."
  (let ((answered (lambda (result) (funcall done (lacuna--plain result) nil)))
        (failed (lambda (error) (funcall done nil (or (plist-get (lacuna--plain error) :message) "the request failed")))))
    (if (and (featurep 'jsonrpc) (cl-typep server 'jsonrpc-connection))
        (let ((id (car (jsonrpc-async-request server (intern (concat ":" method)) (or params (make-hash-table))
                                              :success-fn answered :error-fn failed :timeout nil))))
          (lambda () (jsonrpc-notify server :$/cancelRequest (list :id id))))
      (puthash "$/progress"
               (lambda (workspace values)
                 (let ((plain (lacuna--plain values)))
                   (unless (lacuna--progress (plist-get plain :token) (plist-get plain :value))
                     (funcall lsp-progress-function workspace values))))
               (lsp--client-notification-handlers (lsp--workspace-client server)))
      (let ((lsp--cur-workspace server) (token (gensym "lacuna")))
        (lsp-request-async method (or params (make-hash-table)) answered
                           :error-handler failed :mode 'detached :cancel-token token)
        (lambda () (lsp-cancel-request-by-token token))))))

(defun lacuna--say (message &optional remedy)
  (message "Lacuna: %s%s" message (if (member remedy '(nil "")) "" (concat " " remedy))))

(defun lacuna--position (&optional point)
  "POINT as the protocol counts: lines from 0, UTF-16 units."
  (save-excursion
    (save-restriction
      (widen)
      (when point (goto-char point))
      (list :line (1- (line-number-at-pos))
            :character (/ (string-bytes (encode-coding-string (buffer-substring-no-properties (line-beginning-position) (point))
                                                              'utf-16le t))
                          2)))))

(defun lacuna--range ()
  (if (use-region-p)
      (list :start (lacuna--position (region-beginning)) :end (lacuna--position (region-end)))
    (list :start (lacuna--position) :end (lacuna--position))))

(defun lacuna--uri ()
  (concat "file://" (mapconcat (lambda (part) (url-hexify-string part))
                               (split-string (file-truename buffer-file-name) "/") "/")))

;;;; Proposals

(defvar-local lacuna--proposal nil "The proposal that this buffer shows.")
(defvar-local lacuna--proposer nil "The server that made it.")
(defvar-local lacuna--left-out nil "Indices of hunks that are not to be applied.")

(defvar lacuna-review-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "RET") #'lacuna-accept)
    (define-key map "x" #'lacuna-toggle-hunk)
    (define-key map "q" #'lacuna-discard)
    map))

(define-derived-mode lacuna-review-mode special-mode "Lacuna-Edit"
  "A proposed edit: RET applies it, x takes a hunk out or in again, q drops all of it."
  (require 'diff-mode)
  (setq-local font-lock-defaults '(diff-font-lock-keywords t nil nil nil)))

(defun lacuna--draw ()
  (let ((inhibit-read-only t) (line (line-number-at-pos)) (index 0))
    (erase-buffer)
    (insert "# " (plist-get lacuna--proposal :title) "\n\n")
    (dolist (hunk (plist-get lacuna--proposal :hunks))
      (let ((out (memq index lacuna--left-out)) (start (point)))
        (insert (format "@@ line %d %s@@\n" (1+ (plist-get (plist-get (plist-get hunk :range) :start) :line))
                        (if out "(left out) " "")))
        (dolist (side '((:oldText . "-") (:newText . "+")))
          (dolist (each (split-string (string-remove-suffix "\n" (replace-regexp-in-string "\r" "" (plist-get hunk (car side)))) "\n"))
            (unless (string-empty-p (plist-get hunk (car side))) (insert (cdr side) each "\n"))))
        (add-text-properties start (point) (append (list 'lacuna-hunk index) (when out '(face shadow)))))
      (setq index (1+ index)))
    (goto-char (point-min))
    (forward-line (1- line))))

(defun lacuna-review (server outcome)
  "Show an OUTCOME of SERVER, for somebody to decide on."
  (if-let ((refusal (plist-get outcome :refusal)))
      (lacuna--say (plist-get refusal :message) (plist-get refusal :remedy))
    (let ((proposal (or (plist-get outcome :proposal) outcome)))
      (pop-to-buffer (generate-new-buffer "*Lacuna edit*"))
      (lacuna-review-mode)
      (setq lacuna--proposal proposal lacuna--proposer server)
      (lacuna--draw))))

(defun lacuna-toggle-hunk ()
  "Take the hunk at point out of the edit, or in again."
  (interactive)
  (when-let ((index (get-text-property (point) 'lacuna-hunk)))
    (setq lacuna--left-out
          (if (memq index lacuna--left-out) (delq index lacuna--left-out) (cons index lacuna--left-out)))
    (lacuna--draw)))

(defun lacuna-accept ()
  "Apply the hunks that were not left out."
  (interactive)
  (let ((buffer (current-buffer)) (done nil)
        ;; Somebody has looked at the edit, and need not be asked again.
        (eglot-confirm-server-initiated-edits nil)
        (hunks (cl-set-difference (number-sequence 0 (1- (length (plist-get lacuna--proposal :hunks)))) lacuna--left-out)))
    (if (null hunks)
        (lacuna-discard)
      (lacuna--request lacuna--proposer "lacuna/edit/accept"
                       (list :id (plist-get lacuna--proposal :id) :hunks (vconcat hunks))
                       (lambda (result failure)
                         (setq done t)
                         (cond (failure (lacuna--say failure))
                               ((plist-get result :applied) (when (buffer-live-p buffer) (quit-windows-on buffer t)))
                               (t (lacuna--say (or (plist-get result :reason) "nothing was applied."))))))
      (with-timeout (60) (while (not done) (accept-process-output nil 0.05))))))

(defun lacuna-discard ()
  "Drop the proposed edit."
  (interactive)
  (lacuna--request lacuna--proposer "lacuna/edit/discard" (list :id (plist-get lacuna--proposal :id)) #'ignore)
  (quit-windows-on (current-buffer) t))

(defvar lacuna--editing nil "What cancels the edit under way.")

(defun lacuna-stop ()
  "End the edit under way."
  (interactive)
  (when lacuna--editing
    (funcall (prog1 lacuna--editing (setq lacuna--editing nil)))
    (lacuna--say "stopped")))

(defun lacuna-edit (instruction)
  "Rewrite the region, or the code at point, by INSTRUCTION."
  (interactive "sEdit: ")
  (let* ((server (lacuna--server)) (token (format "lacuna-edit-%s" (float-time))) this)
    (when lacuna--editing (funcall lacuna--editing))
    (puthash token (lambda (value)
                     (lacuna--say (format "… %d lines" (1+ (cl-count ?\n (plist-get value :text))))))
             lacuna--listeners)
    (setq this (lacuna--request server "lacuna/edit/propose"
                                (list :textDocument (list :uri (lacuna--uri)) :range (lacuna--range) :kind "rewrite"
                                      :instruction instruction :partialResultToken token)
                                (lambda (outcome failure)
                                  (remhash token lacuna--listeners)
                                  (when (eq lacuna--editing this)
                                    (setq lacuna--editing nil)
                                    (if failure (lacuna--say failure) (lacuna-review server outcome)))))
          lacuna--editing this)
    (lacuna--say "…")))

;;;; Commands

(defun lacuna--execute (server command arguments done)
  "Run COMMAND with the list ARGUMENTS; DONE gets what is no refusal."
  (lacuna--request server "workspace/executeCommand" (list :command command :arguments (vconcat arguments))
                   (lambda (outcome failure)
                     (let ((refusal (plist-get outcome :refusal)))
                       (cond (failure (lacuna--say failure))
                             (refusal (lacuna--say (plist-get refusal :message) (plist-get refusal :remedy)))
                             (t (funcall done outcome)))))))

(defun lacuna-explain ()
  "Say what the region, or the code at point, does."
  (interactive)
  (lacuna--execute (lacuna--server) "lacuna.explain" (list (lacuna--uri) (lacuna--range))
                   (lambda (outcome)
                     (with-current-buffer (get-buffer-create "*Lacuna explains*")
                       (let ((inhibit-read-only t))
                         (erase-buffer)
                         (insert (plist-get outcome :text)))
                       (if (fboundp 'markdown-view-mode) (funcall 'markdown-view-mode) (view-mode))
                       (display-buffer (current-buffer))))))

(defun lacuna-commit-message ()
  "Write a message for what is staged, or else was changed, at point.
The repository is that of `default-directory'."
  (interactive)
  (let ((here (copy-marker (point)))
        (folder (concat "file://" (directory-file-name (file-truename default-directory)))))
    (lacuna--execute (lacuna--any-server) "lacuna.commitMessage" (list folder)
                     (lambda (outcome)
                       (when (marker-buffer here)
                         (with-current-buffer (marker-buffer here)
                           (save-excursion
                             (goto-char here)
                             (insert (plist-get outcome :text) "\n"))))))))

(defun lacuna--any-server ()
  "What serves this buffer or, where nothing does, as that of a commit message, another one."
  (or (ignore-errors (lacuna--server))
      (seq-some (lambda (buffer) (with-current-buffer buffer (ignore-errors (lacuna--server)))) (buffer-list))
      (lacuna--server)))

(provide 'lacuna-edits)
