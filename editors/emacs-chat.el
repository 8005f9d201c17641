;;; A chat about the code for Emacs 28 and newer, through Eglot or lsp-mode.  -*- lexical-binding: t -*-
;; Load this file after emacs.el or emacs-lsp-mode.el, which start the server.  It loads emacs-edits.el, which stands
;; beside it.
;;
;; M-x lacuna-chat opens a Markdown buffer.  Write below "## You", then C-c C-c (M-x lacuna-send).  The answer is written as
;; it comes; C-c C-k (M-x lacuna-stop) ends it.  C-c C-c on an earlier question asks that one anew as it stands now.  C-M-i
;; behind an @ completes what can be mentioned; the region is what @selection means.  C-c C-r (M-x lacuna-retry) answers
;; again, C-c C-a (M-x lacuna-apply) puts the code block at point where it belongs, M-x lacuna-chats lists conversations.

(require 'cl-lib)
(require 'subr-x)
(load (expand-file-name "emacs-edits" (file-name-directory (or load-file-name buffer-file-name))) nil t)

(defvar lacuna--listeners)
(defvar-local lacuna--chat nil "The server that this conversation lives on.")
(defvar-local lacuna--conversation nil "Its id.")
(defvar-local lacuna--turns nil "Turns, oldest first: plists with :id, and markers at the headings :question and :answer.")
(defvar-local lacuna--open nil "Marker at the heading of the question that was not sent yet.")
(defvar-local lacuna--running nil "Whether an answer is under way.")
(defvar-local lacuna--place nil "Where somebody was before: what @selection, @problems and code blocks are about.")

(defvar lacuna-chat-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'lacuna-send)
    (define-key map (kbd "C-c C-k") #'lacuna-stop)
    (define-key map (kbd "C-c C-r") #'lacuna-retry)
    (define-key map (kbd "C-c C-a") #'lacuna-apply)
    map))

(define-minor-mode lacuna-chat-mode "Keys of a chat with Lacuna." :lighter " Lacuna"
  (add-hook 'completion-at-point-functions #'lacuna--mentions nil t)
  (add-hook 'kill-buffer-hook #'lacuna--stop-answer nil t))

;;;; The buffer

(defun lacuna--append (text)
  "Put TEXT at the end; a window that shows the end goes on showing it."
  (let ((following (seq-filter (lambda (window) (= (window-point window) (point-max)))
                               (get-buffer-window-list nil nil t)))
        (inhibit-read-only t))
    (save-excursion
      (goto-char (point-max))
      (insert text))
    (dolist (window following) (set-window-point window (point-max)))))

(defun lacuna--heading (text)
  "Put a heading at the end, below a blank line; a marker at it."
  (unless (= (point-max) (point-min))
    (lacuna--append (make-string (max 0 (- 2 (save-excursion (goto-char (point-max)) (- (skip-chars-backward "\n"))))) ?\n)))
  (prog1 (copy-marker (point-max))
    (lacuna--append text)))

(defun lacuna--open-question ()
  (setq lacuna--open (lacuna--heading "## You"))
  (lacuna--append "\n\n"))

(defun lacuna--annotate (marker text)
  "Show TEXT behind the heading at MARKER; it is no part of the buffer's text."
  (save-excursion
    (goto-char marker)
    (remove-overlays (line-beginning-position) (line-end-position) 'lacuna t)
    (let ((overlay (make-overlay (line-beginning-position) (line-end-position))))
      (overlay-put overlay 'lacuna t)
      (overlay-put overlay 'after-string (propertize (concat "  " text) 'face 'shadow)))))

(defun lacuna--remark (turn)
  "What a person may want to know of an answer."
  (let ((usage (plist-get turn :usage)) (state (plist-get turn :state)))
    (string-join
     (append
      (when (equal state "stopped") '("stopped"))
      (when (equal state "cut") '("cut: no room for more"))
      (when usage
        (append
         (list (format "%d of %d tokens" (+ (plist-get usage :prompt) (plist-get usage :generated))
                       (plist-get usage :context)))
         (when (> (plist-get usage :droppedTurns) 0)
           (list (format "%d earlier turns left out" (plist-get usage :droppedTurns))))
         (when (> (plist-get usage :tokensPerSecond) 0)
           (list (format "%.1f tokens/s" (plist-get usage :tokensPerSecond))))))
      (mapcar (lambda (source)
                (let ((lines (plist-get source :lines)) (note (plist-get source :note)))
                  (concat (plist-get source :label)
                          (when lines (format ":%d-%d" (1+ (plist-get lines :first)) (1+ (plist-get lines :last))))
                          (when note (format " (%s)" note)))))
              (plist-get turn :sources)))
     " · ")))

(defun lacuna--failure (turn)
  (if-let ((failure (plist-get turn :error)))
      (format "> %s %s" (plist-get failure :message) (plist-get failure :remedy))
    ""))

(defun lacuna--write-turn (turn)
  (lacuna--append (concat (plist-get turn :question) "\n"))
  (let ((question lacuna--open) (answer (lacuna--heading "## Lacuna")))
    (lacuna--append (concat "\n\n" (plist-get turn :answer) (lacuna--failure turn)))
    (setq lacuna--turns
          (append lacuna--turns (list (list :id (plist-get turn :id) :question question :answer answer))))
    (lacuna--annotate answer (lacuna--remark turn))
    (lacuna--open-question)))

(defun lacuna--title (conversation)
  (let ((title (plist-get conversation :title)))
    (if (string-empty-p title) "New conversation" (replace-regexp-in-string "\n" " " title))))

(defun lacuna--show (server conversation place)
  (pop-to-buffer (generate-new-buffer (format "*Lacuna: %s*" (lacuna--title conversation))))
  (if (fboundp 'markdown-mode) (funcall 'markdown-mode) (text-mode))
  (setq lacuna--chat server lacuna--place place lacuna--conversation (plist-get conversation :id))
  (lacuna-chat-mode 1)
  (lacuna--append (format "# %s\n" (lacuna--title conversation)))
  (lacuna--open-question)
  (mapc #'lacuna--write-turn (plist-get conversation :turns))
  (goto-char (point-max)))

;;;; Asking

(defun lacuna--text-of (from to)
  "What stands below the heading at FROM, up to TO."
  (save-excursion
    (goto-char from)
    (forward-line)
    (string-trim (buffer-substring-no-properties (point) (max (point) to)))))

(defun lacuna--turn-here ()
  "The turn at point; nil for the open question."
  (when (< (point) lacuna--open)
    (seq-find (lambda (turn) (>= (point) (plist-get turn :question))) (reverse lacuna--turns))))

(defun lacuna--cut (turn)
  "Remove the answer of TURN and all that stands behind it."
  (let ((inhibit-read-only t) (from (plist-get turn :answer)))
    (remove-overlays from (point-max) 'lacuna t)
    (delete-region from (point-max))
    (setq lacuna--turns (seq-take lacuna--turns (seq-position lacuna--turns turn #'eq)))))

(defun lacuna--ask (method params question)
  "Ask by METHOD, and write the answer below the heading at QUESTION as it comes."
  (let* ((buffer (current-buffer)) (token (format "lacuna-chat-%s" (float-time)))
         (answer (lacuna--heading "## Lacuna")) (begun "")
         (turn (list :id nil :question question :answer answer)))
    (lacuna--append "\n\n")
    (lacuna--annotate answer "…")
    (setq lacuna--turns (append lacuna--turns (list turn)) lacuna--running t)
    (puthash token
             (lambda (value)
               (when (buffer-live-p buffer)
                 (with-current-buffer buffer
                   (pcase (plist-get value :kind)
                     ("turn" (plist-put turn :id (plist-get (plist-get value :turn) :id))
                      (lacuna--annotate answer (concat "… " (lacuna--remark (plist-get value :turn)))))
                     ("reasoning" (when (string-empty-p begun) (lacuna--annotate answer "thinking …")))
                     ("answer" (setq begun (concat begun (plist-get value :text)))
                      (lacuna--append (plist-get value :text)))))))
             lacuna--listeners)
    (lacuna--request
     lacuna--chat method
     (append (list :conversation lacuna--conversation :partialResultToken token) params)
     (lambda (result failure)
       (remhash token lacuna--listeners)
       (when (buffer-live-p buffer)
         (with-current-buffer buffer
           (setq lacuna--running nil)
           (if failure
               (lacuna--append (concat "> " failure))
             (plist-put turn :id (plist-get result :id))
             ;; A failure brings what was not streamed.
             (when (string-prefix-p begun (plist-get result :answer))
               (lacuna--append (substring (plist-get result :answer) (length begun))))
             (lacuna--append (lacuna--failure result)))
           (lacuna--annotate answer (if failure "" (lacuna--remark result)))
           (lacuna--open-question)))))))

(defun lacuna--in-chat ()
  (unless lacuna--chat (user-error "This is no chat: M-x lacuna-chat opens one")))

(defun lacuna--idle ()
  (lacuna--in-chat)
  (when lacuna--running (user-error "It is answering: M-x lacuna-stop ends that")))

(defun lacuna-send ()
  "Send the question at point: the open one, or an earlier one as it stands now."
  (interactive)
  (lacuna--idle)
  (let* ((turn (lacuna--turn-here))
         (heading (if turn (plist-get turn :question) lacuna--open))
         (question (lacuna--text-of heading (if turn (plist-get turn :answer) (point-max))))
         (place (when lacuna--place (list :place lacuna--place))))
    (when (string-empty-p question) (user-error "There is no question: write one below \"## You\""))
    (when turn (lacuna--cut turn))
    (lacuna--ask (if turn "lacuna/chat/edit" "lacuna/chat/send")
                 (append (when turn (list :turn (plist-get turn :id))) (list :question question) place)
                 heading)))

(defun lacuna-retry ()
  "Answer the question at point, or the last one, anew."
  (interactive)
  (lacuna--idle)
  (when-let ((turn (or (lacuna--turn-here) (car (last lacuna--turns)))))
    (lacuna--cut turn)
    (lacuna--ask "lacuna/chat/retry" (list :turn (plist-get turn :id)) (plist-get turn :question))))

(defun lacuna--stop-answer ()
  "Whether an answer was under way in this buffer; it is ended."
  (when (and lacuna--chat lacuna--running)
    (lacuna--request lacuna--chat "lacuna/chat/stop" (list :conversation lacuna--conversation) #'ignore)
    t))

(define-advice lacuna-stop (:around (stop-edit) answer)
  "End the answer under way in this buffer; elsewhere, the edit."
  (interactive)
  (or (lacuna--stop-answer) (funcall stop-edit)))

(defun lacuna-apply ()
  "Put the code block at point where it belongs: as a diff to decide on."
  (interactive)
  (lacuna--in-chat)
  (let ((turn (lacuna--turn-here)) (here (line-end-position)) (block -1) (server lacuna--chat) fence)
    (when turn
      (save-excursion
        (goto-char (plist-get turn :answer))
        (while (re-search-forward "^[ \t]*\\(```+\\|~~~+\\)" here t)
          (cond ((null fence) (setq fence (match-string 1) block (1+ block)))
                ((string-prefix-p fence (match-string 1)) (setq fence nil))))))
    (when (< block 0) (user-error "There is no code block: put point into one of an answer"))
    (lacuna--request server "lacuna/chat/apply"
                     (append (list :conversation lacuna--conversation :turn (plist-get turn :id) :block block)
                             (when lacuna--place (list :place lacuna--place)))
                     (lambda (outcome failure)
                       (if failure (lacuna--say failure) (lacuna-review server outcome))))))

(defun lacuna--mentions ()
  "What an @ can be completed with."
  (save-excursion
    (let ((end (point)))
      (when (re-search-backward "@[^@ \t\n]*\\=" (line-beginning-position) t)
        (let ((query (buffer-substring-no-properties (1+ (point)) end)) (found 'none))
          (lacuna--request lacuna--chat "lacuna/chat/mentions"
                           (append (list :query query) (when lacuna--place (list :place lacuna--place)))
                           (lambda (items _failure) (setq found items)))
          (with-timeout (2) (while (eq found 'none) (accept-process-output nil 0.05)))
          (unless (eq found 'none)
            (list (point) end (mapcar (lambda (item) (plist-get item :mention)) found) :exclusive 'no)))))))

;;;; Conversations

(defun lacuna--conversation (server method params place)
  (lacuna--request server method params
                   (lambda (conversation failure)
                     (if failure (lacuna--say failure) (lacuna--show server conversation place)))))

(defun lacuna--place-here ()
  (if buffer-file-name (list :uri (lacuna--uri) :selection (lacuna--range)) lacuna--place))

;;;###autoload
(defun lacuna-chat ()
  "Open a new conversation.  Where no model can be talked to, it is said why, and what to do."
  (interactive)
  (let ((server (or lacuna--chat (lacuna--server))) (place (lacuna--place-here)))
    (lacuna--request server "lacuna/chat/availability" nil
                     (lambda (state failure)
                       (cond (failure (lacuna--say failure))
                             ;; While a model loads a question waits for it.
                             ((or (plist-get state :available) (equal (plist-get state :reason) "loading"))
                              (lacuna--conversation server "lacuna/chat/create" nil place))
                             (t (lacuna--say (plist-get state :message) (plist-get state :remedy))))))))

(defun lacuna-chats (words)
  "Open one of the conversations that hold all WORDS."
  (interactive "sWords (none for all): ")
  (let ((server (or lacuna--chat (lacuna--server))) (place (lacuna--place-here)))
    (lacuna--request
     server "lacuna/chat/list" (list :query words)
     (lambda (all failure)
       (cond (failure (lacuna--say failure))
             ((null all) (lacuna--say "there is no such conversation."))
             (t (let* ((labels (mapcar (lambda (each)
                                         (cons (format-time-string "%F %R  " (/ (plist-get each :changed) 1000)) each))
                                       all))
                       (named (mapcar (lambda (each) (cons (concat (car each) (plist-get (cdr each) :title)) (cdr each)))
                                      labels))
                       (chosen (cdr (assoc (completing-read "Conversation: " named nil t) named))))
                  (lacuna--conversation server "lacuna/chat/open" (list :conversation (plist-get chosen :id)) place))))))))

(provide 'lacuna-chat)
